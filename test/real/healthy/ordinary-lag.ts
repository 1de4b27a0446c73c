/** What users and administrators do all day, by kind: the sides differ by it until replication has run. */
import { as, deliver } from '../../../fixtures/make/drift.js';
import type { ImapClient } from '../../../fixtures/make/imap-client.js';
import type { Pair } from '../../../fixtures/make/instance.js';
import { putSieveScript } from '../../../fixtures/make/sieve-client.js';
import { createShared, deliverLocally, messagesOf } from './users.js';
import type { Names, User } from './users.js';

interface Scene {
  readonly pair: Pair;
  readonly names: Names;
  readonly user: User;
  /** A number that no user had before the lag. */
  readonly unused: (n: number) => User;
  readonly neighbour: User;
  /** Of messages that nobody has had. */
  readonly message: (n: number) => number;
}

type Lag = (scene: Scene) => Promise<unknown>;

const byUser =
  (job: (client: ImapClient, scene: Scene) => Promise<unknown>): Lag =>
  (scene) =>
    as(scene.pair.master, scene.user.login, (client) => job(client, scene));

const byAdmin =
  (job: (admin: ImapClient, scene: Scene) => Promise<unknown>): Lag =>
  (scene) =>
    as(scene.pair.master, 'cyrus', (admin) => job(admin, scene));

const removeUser = async (admin: ImapClient, user: User): Promise<void> => {
  await admin.setAcl(user.admin(), 'cyrus', 'lrswipkxtea');
  await admin.delete(user.admin());
};

export const lags: Readonly<Record<string, Lag>> = {
  'new mail by LMTP': ({ pair, user }) => deliverLocally(pair, user, 1),
  'new mail in two folders': byUser(async (client, { user, message }) => {
    for (let n = 0; n < 3; n++) await deliver(client, user.own(), message(n));
    await deliver(client, user.own('Work'), message(3), ['\\Seen', '$Label2']);
  }),
  'first mail of an empty folder': byUser((client, { user, message }) =>
    deliver(client, user.own('Empty'), message(0)),
  ),
  'flags set': byUser(async (client, { user }) => {
    await client.store(user.own(), '1:3', '+', ['\\Answered', '$Label3']);
    await client.store(user.own('Work'), '1:3', '+', ['\\Flagged']);
  }),
  'flags cleared': byUser(async (client, { user }) => {
    await client.store(user.own(), '1:3', '-', ['\\Seen', '$Label1']);
    await client.store(user.own('Work.Deep'), '1', '-', ['\\Flagged']);
    await client.store(user.own('Lists'), '1', '-', ['$Forwarded']);
  }),
  'marked deleted': byUser((client, { user }) => client.store(user.own('Old'), '1:2', '+', ['\\Deleted'])),
  expunged: byUser((client, { user }) => client.expunge(user.own('Work'), '2')),
  'folder emptied': byUser(async (client, { user }) => {
    await client.expunge(user.own('Work'), '1:*');
    await client.expunge(user.own('Old'), '1:*');
  }),
  'new mail expunged at once': byUser(async (client, { user, message }) => {
    await deliver(client, user.own('Old'), message(0));
    await client.expunge(user.own('Old'), '3');
  }),
  'expunged and appended again': byUser(async (client, { user }) => {
    await client.expunge(user.own('Old'), '1');
    await deliver(client, user.own('Old'), messagesOf(user.number)(8));
  }),
  'new folder with mail': byUser(async (client, { user, message }) => {
    await client.create(user.own('New'));
    await deliver(client, user.own('New'), message(0));
    await client.subscribe(user.own('New'));
  }),
  'new folders in folders': byUser(async (client, { user, message }) => {
    for (const folder of ['A', 'A.B', 'A.B.C c', 'A.B.&AOQ-']) await client.create(user.own(folder));
    await deliver(client, user.own('A.B'), message(0), ['\\Seen']);
  }),
  'folder renamed': byUser((client, { user }) => client.rename(user.own('Old'), user.own('Older'))),
  'folder renamed with its folders, then new mail': byUser(async (client, { user, message }) => {
    await client.rename(user.own('Work'), user.own('Projects'));
    await deliver(client, user.own('Projects.Deep'), message(0));
    await client.store(user.own('Projects'), '1', '+', ['\\Seen']);
  }),
  'folder renamed into another': byUser((client, { user }) => client.rename(user.own('Lists'), user.own('Old.Lists'))),
  'folder renamed there and back': byUser(async (client, { user }) => {
    await client.rename(user.own('Old'), user.own('Older'));
    await client.rename(user.own('Older'), user.own('Old'));
  }),
  'folder renamed, its name used again': byUser(async (client, { user, message }) => {
    await client.rename(user.own('Old'), user.own('Archive'));
    await client.create(user.own('Old'));
    await deliver(client, user.own('Old'), message(0));
  }),
  'folder deleted': byUser((client, { user }) => client.delete(user.own('Old'))),
  'empty folder deleted': byUser((client, { user }) => client.delete(user.own('Empty'))),
  'folders deleted, the inner one first': byUser(async (client, { user }) => {
    await client.delete(user.own('Work.Deep'));
    await client.delete(user.own('Work'));
  }),
  'folder deleted and created again': byUser(async (client, { user, message }) => {
    await client.delete(user.own('Old'));
    await client.create(user.own('Old'));
    await deliver(client, user.own('Old'), message(0));
  }),
  'folder deleted, another renamed to its name': byUser(async (client, { user }) => {
    await client.delete(user.own('Old'));
    await client.rename(user.own('Lists'), user.own('Old'));
  }),
  'folder emptied, then deleted': byUser(async (client, { user }) => {
    await client.expunge(user.own('Old'), '1:*');
    await client.delete(user.own('Old'));
  }),
  'new folder, deleted at once': byUser(async (client, { user, message }) => {
    await client.create(user.own('Short'));
    await deliver(client, user.own('Short'), message(0));
    await client.delete(user.own('Short'));
  }),
  copied: byUser(async (client, { user }) => {
    await client.store(user.own(), '1', '+', ['\\Seen']);
    await client.command(`UID COPY 1,3:4 "${user.own('Lists')}"`);
  }),
  moved: byUser(async (client, { user }) => {
    await client.store(user.own(), '1', '+', ['\\Seen']);
    await client.command(`UID MOVE 1,3 "${user.own('Old')}"`);
  }),
  'moved there and back': byUser(async (client, { user }) => {
    await client.store(user.own(), '1', '+', ['\\Seen']);
    await client.command(`UID MOVE 1 "${user.own('Old')}"`);
    await client.command('UNSELECT');
    await client.command(`SELECT "${user.own('Old')}"`);
    await client.command(`UID MOVE 3 "${user.own()}"`);
  }),
  subscribed: byUser(async (client, { user }) => {
    await client.subscribe(user.own('Old'));
    await client.command(`UNSUBSCRIBE "${user.own('Lists')}"`);
  }),
  'rights given and taken': byUser(async (client, { user, neighbour }) => {
    await client.setAcl(user.own('Lists'), neighbour.login, 'lrswi');
    await client.command(`DELETEACL "${user.own('Work')}" "${neighbour.login}"`);
  }),
  'quota changed': byAdmin((admin, { user, message }) =>
    admin.setQuota(user.admin(), 20_000 + message(0)).then(() => admin.setQuota(user.admin('Work'), 5000)),
  ),
  'quota removed': byAdmin((admin, { user }) => admin.command(`SETQUOTA "${user.admin()}" ()`)),
  'folder annotated': byUser(async (client, { user }) => {
    await client.setMetadata(user.own('Lists'), '/private/comment', 'another note');
    await client.setMetadata(user.own('Old'), '/private/specialuse', '\\Archive');
    await client.setMetadata(user.own('Work'), '/shared/comment', 'for all');
  }),
  'annotation removed': byUser((client, { user }) =>
    client.command(`SETMETADATA "${user.own('Lists')}" (/private/comment NIL)`),
  ),
  'message annotated': byUser(async (client, { user }) => {
    await client.store(user.own('Work'), '1', '+', ['\\Seen']);
    await client.command('UID STORE 1 ANNOTATION (/comment (value.shared "of everyone"))');
    await client.command('UID STORE 2 ANNOTATION (/comment (value.priv "mine alone"))');
  }),
  'seen by another user': ({ pair, user, neighbour }) =>
    as(pair.master, neighbour.login, (client) => client.read(user.shared('Work'), '2:3')),
  'shared folder read': byUser((client, { names }) => client.read(names.shared('team').own, '1')),
  'new mail for all': byUser((client, { names, message }) => deliver(client, names.shared('team').own, message(0))),
  'new user': byAdmin(async (admin, { pair, user, unused, message }) => {
    const added = unused(0);
    await admin.create(added.admin());
    await admin.setQuota(added.admin(), 10_000);
    await as(pair.master, added.login, async (client) => {
      await deliver(client, added.own(), message(0));
      await client.create(added.own('Work'));
      await client.subscribe(added.own('Work'));
      await client.setAcl(added.own('Work'), user.login, 'lrs');
    });
  }),
  'new user, deleted at once': byAdmin(async (admin, { pair, unused, message }) => {
    await admin.create(unused(1).admin());
    await as(pair.master, unused(1).login, (client) => deliver(client, unused(1).own(), message(0)));
    await removeUser(admin, unused(1));
  }),
  'user deleted': byAdmin((admin, { user }) => removeUser(admin, user)),
  'user deleted and created again': byAdmin(async (admin, { pair, user, message }) => {
    await removeUser(admin, user);
    await admin.create(user.admin());
    await as(pair.master, user.login, (client) => deliver(client, user.own(), message(0)));
  }),
  'user renamed': byAdmin(async (admin, { user, unused }) => {
    await admin.setAcl(user.admin(), 'cyrus', 'lrswipkxtea');
    await admin.rename(user.admin(), unused(2).admin());
  }),
  'user renamed, then new mail': byAdmin(async (admin, { pair, user, unused, message }) => {
    await admin.setAcl(user.admin(), 'cyrus', 'lrswipkxtea');
    await admin.rename(user.admin(), unused(3).admin());
    await as(pair.master, unused(3).login, (client) => deliver(client, unused(3).own('Work'), message(0)));
  }),
  'folder renamed, then its user': byAdmin(async (admin, { pair, user, unused, message }) => {
    await as(pair.master, user.login, async (client) => {
      await client.rename(user.own('Work'), user.own('Projects'));
      await deliver(client, user.own('Lists'), message(0));
    });
    await admin.setAcl(user.admin(), 'cyrus', 'lrswipkxtea');
    await admin.rename(user.admin(), unused(2).admin());
  }),
  'script put': ({ pair, user }) =>
    putSieveScript(pair.master.ports.sieve, user.login, 'away', 'require "fileinto";\r\nfileinto "INBOX.Work";\r\n'),
  'message taken back': async ({ pair, user }) => {
    await as(pair.master, user.login, (client) => client.expunge(user.own('Work'), '1'));
    await pair.master.mustTool('unexpunge', '-a', user.admin('Work'));
  },
  'reconstructed without need': ({ pair, user }) => pair.master.mustTool('reconstruct', '-r', user.admin()),
};

/** The lag of one user: of this kind, and of some users new mail beside it. */
export async function fallBehind(pair: Pair, names: Names, user: User, neighbour: User, kind: string): Promise<void> {
  const { number } = user;
  const message = (n: number): number => 500_000 + messagesOf(number)(n);
  if (number % 4 === 1)
    await as(pair.master, user.login, async (client) => {
      await deliver(client, user.own(), message(99));
      await client.store(user.own(), '4', '+', ['\\Seen']);
    });
  await lags[kind]!({ pair, names, user, unused: (n) => names.user(500 + 4 * number + n), neighbour, message });
}

/** The lag of a user without folders. */
export const fallBehindInInbox = (pair: Pair, user: User): Promise<unknown> =>
  as(pair.master, user.login, async (client) => {
    const mailbox = user.own();
    if (user.number % 3 !== 0) await deliver(client, mailbox, 500_000 + messagesOf(user.number)(0));
    if (user.number % 3 !== 1) await client.store(mailbox, '1', '-', ['\\Seen']);
    if (user.number % 4 === 0) await client.expunge(mailbox, '3');
  });

/** To shared folders, once. */
export const sharedLag = (pair: Pair, { shared }: Names): Promise<unknown> =>
  as(pair.master, 'cyrus', async (admin) => {
    await createShared(admin, shared('fresh').admin);
    await admin.rename(shared('news').admin, shared('papers').admin);
    await deliver(admin, shared('papers').admin, 950_000);
    await admin.setAcl(shared('closed').admin, 'cyrus', 'lrswipkxtea');
    await admin.delete(shared('closed').admin);
    await admin.setMetadata('', '/shared/comment', 'of the server');
  });
