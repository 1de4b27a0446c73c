/** Many users of a healthy pair, and how they and their mailboxes are named under each setting. */
import { as, deliver } from '../../../fixtures/make/drift.js';
import type { ImapClient } from '../../../fixtures/make/imap-client.js';
import type { Conf } from '../../../fixtures/make/imapd-conf.js';
import type { Instance, Pair } from '../../../fixtures/make/instance.js';

export interface Names {
  readonly user: (number: number) => User;
  /** A shared mailbox, as an administrator and as a user names it. */
  readonly shared: (name: string) => { readonly admin: string; readonly own: string };
}

/** One user of the pair. */
export interface User {
  readonly number: number;
  readonly login: string;
  /** What an administrator types for a mailbox of this user; none: INBOX. */
  admin(folder?: string): string;
  /** What this user types. Levels of `folder` are given with a dot. */
  own(folder?: string): string;
  /** What another user types for a mailbox of this one. */
  shared(folder: string): string;
}

/** Under `unixhierarchysep` the userid has a dot, under `virtdomains` a domain. */
export function namesUnder(conf: Conf): Names {
  const slash = conf['unixhierarchysep'] === 'yes';
  const [separator, alternative] = [slash ? '/' : '.', conf['altnamespace'] === 'yes'];
  const levels = (folder: string | undefined): string[] => (folder === undefined ? [] : folder.split('.'));
  const domain = (conf['virtdomains'] ?? 'off') === 'off' ? '' : '@example.com';
  const user = (number: number): User => {
    const local = `${slash ? 'jo.' : ''}u${String(number).padStart(3, '0')}`;
    return {
      number,
      login: `${local}${domain}`,
      admin: (folder) => `${['user', local, ...levels(folder)].join(separator)}${domain}`,
      own: (folder) => [...(alternative && folder !== undefined ? [] : ['INBOX']), ...levels(folder)].join(separator),
      shared: (folder) => [alternative ? 'Other Users' : 'user', local, ...levels(folder)].join(separator),
    };
  };
  return {
    user,
    shared: (name) => ({
      admin: `${name}${domain}`,
      own: alternative ? `Shared Folders${separator}${name}` : name,
    }),
  };
}

/** Every job on its own connections, a few at a time: what a server of two cores is given in real life, too. */
export async function each(numbers: readonly number[], job: (number: number) => Promise<unknown>): Promise<void> {
  const waiting = [...numbers];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await job(next);
  };
  await Promise.all(Array.from({ length: 6 }, work));
}

export const numbersBelow = (end: number, start = 0): number[] =>
  Array.from({ length: end - start }, (_, n) => n + start);

/** All have an INBOX with mail; the first `withFolders` also folders and a history. Of everything here both sides know. */
export async function populate(
  master: Instance,
  { users, withFolders }: { readonly users: number; readonly withFolders: number },
  names: Names,
): Promise<void> {
  await as(master, 'cyrus', async (admin) => {
    for (const number of numbersBelow(users)) await admin.create(names.user(number).admin());
    for (const number of numbersBelow(withFolders)) {
      if (number % 2 === 0) await admin.setQuota(names.user(number).admin(), 10_000);
    }
    for (const name of ['team', 'news', 'closed']) await createShared(admin, names.shared(name).admin);
  });
  await each(numbersBelow(users), (number) => {
    const user = names.user(number);
    return as(master, user.login, async (client) => {
      const message = messagesOf(number);
      for (let n = 0; n < 4; n++)
        await deliver(client, user.own(), message(n), n % 2 === 0 ? ['\\Seen', '$Label1'] : []);
      if (number < withFolders) await addFolders(client, user, names.user((number + 1) % users));
    });
  });
  // Somebody else's seen state, for which the folder must be there and open to him.
  await each(
    numbersBelow(withFolders).filter((number) => number % 5 === 0),
    (number) =>
      as(master, names.user((number + 1) % users).login, (client) =>
        client.read(names.user(number).shared('Work'), '1'),
      ),
  );
}

async function addFolders(client: ImapClient, user: User, neighbour: User): Promise<void> {
  const message = messagesOf(user.number);
  for (const folder of ['Work', 'Work.Deep', 'Old', 'Lists', 'Empty', 'Gone']) await client.create(user.own(folder));
  for (let n = 4; n < 7; n++) await deliver(client, user.own('Work'), message(n));
  await deliver(client, user.own('Work.Deep'), message(7), ['\\Flagged']);
  for (let n = 8; n < 10; n++) await deliver(client, user.own('Old'), message(n), ['\\Seen']);
  await deliver(client, user.own('Lists'), message(10), ['$Forwarded']);
  await deliver(client, user.own('Gone'), message(11));
  await client.subscribe(user.own('Work'));
  await client.subscribe(user.own('Lists'));
  await client.setMetadata(user.own('Lists'), '/private/comment', 'note');
  await client.setAcl(user.own('Work'), neighbour.login, 'lrs');
  await client.expunge(user.own(), '2');
  await client.delete(user.own('Gone'));
}

export async function createShared(admin: ImapClient, name: string): Promise<void> {
  await admin.create(name);
  await admin.setAcl(name, 'anyone', 'lrswip');
  await deliver(admin, name, 900_000 + name.length);
}

/** Numbers of messages that no other user has. */
export const messagesOf =
  (user: number) =>
  (n: number): number =>
    1000 * (user + 1) + n;

/** By LMTP, as most mail comes. */
export async function deliverLocally({ master }: Pair, user: User, n: number): Promise<void> {
  const text = `From: a@example.org\r\nMessage-ID: <l${user.number}-${n}@example.org>\r\nSubject: by LMTP\r\n\r\nbody ${n}\r\n`;
  const { exit, stderr } = await master.tool('deliver', [user.login], { input: text });
  if (exit !== 0) throw new Error(`deliver ${user.login} => ${exit}: ${stderr}`);
}
