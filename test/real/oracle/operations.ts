/** The weighted random operations of which a drift is made. What an operation may work on is asked of the server when
 *  its turn comes; one that the server refuses changes nothing and is noted. */
import { breakRecordCrc, dropListEntry, removeMessageFile, setSystemFlag } from '../../../fixtures/make/damage.js';
import { as, deliver } from '../../../fixtures/make/drift.js';
import type { ImapClient } from '../../../fixtures/make/imap-client.js';
import type { Instance } from '../../../fixtures/make/instance.js';
import { lmtpDeliver } from '../../../fixtures/make/lmtp-client.js';
import { asSieve, type SieveClient } from '../../../fixtures/make/sieve-client.js';
import { baseUsers } from './base-state.js';
import { changeByte, directoriesOf } from './byte-damage.js';
import type { Random } from '../../support/random.js';

export interface Scene {
  readonly side: Instance;
  readonly random: Random;
  /** Of a message that nobody has had. */
  readonly newMessage: () => number;
}

/** Says what it did, for the trace of the seed. */
type Operation = (scene: Scene) => Promise<string>;

const flags = ['\\Seen', '\\Flagged', '\\Answered', '\\Draft', '$Label1', '$Label2', '$Forwarded', 'Todo'] as const;

const listed = async (client: ImapClient): Promise<string[]> =>
  (await client.command('LIST "" "*"'))
    .filter((line) => !/\\Non[Ee]xistent|\\Noselect/.test(line))
    .map((line) => /"\." (.*)$/.exec(line)?.[1]?.replace(/^"|"$/g, '') ?? '')
    .filter((name) => name !== '');

const busyUsers = [
  [5, 'ada'],
  [3, 'ben'],
  [1, 'cyd'],
] as const satisfies readonly (readonly [number, (typeof baseUsers)[number]])[];

/** A mailbox of a random user, as the user names it. */
async function inMailbox(
  { side, random }: Scene,
  job: (client: ImapClient, mailbox: string, user: string) => Promise<string>,
  wanted: (mailbox: string) => boolean = (name) => !name.startsWith('user.'),
): Promise<string> {
  const user = random.weighted(busyUsers);
  return as(side, user, async (client) => {
    const names = (await listed(client)).filter(wanted);
    if (names.length === 0) return `${user} has no such mailbox`;
    // Both sides come back to the same few mailboxes, or their changes would hardly ever meet.
    const busy = names.filter((name) => ['INBOX', 'INBOX.Work', 'shared.team'].includes(name));
    const mailbox = random.pick(busy.length > 0 && random.chance(0.6) ? busy : names);
    return `${user} ${mailbox}: ${await job(client, mailbox, user)}`;
  });
}

/** One to three of the messages, most often one of the last. */
async function someUids({ random }: Scene, client: ImapClient, mailbox: string): Promise<string> {
  const uids = await client.uids(mailbox);
  if (uids.length === 0) return '';
  const wanted = 1 + random.int(random.chance(0.3) ? 3 : 1);
  return [...new Set(Array.from({ length: wanted }, () => random.pick(uids)))].join(',');
}

const onMessages =
  (job: (scene: Scene, client: ImapClient, mailbox: string, uids: string) => Promise<string>): Operation =>
  (scene) =>
    inMailbox(scene, async (client, mailbox) => {
      const uids = await someUids(scene, client, mailbox);
      return uids === '' ? 'no messages' : await job(scene, client, mailbox, uids);
    });

const isFolder = (name: string): boolean => name.startsWith('INBOX.');

const append: Operation = (scene) =>
  inMailbox(scene, async (client, mailbox) => {
    const n = scene.newMessage();
    const given = scene.random.chance(0.4) ? [scene.random.pick(flags)] : [];
    await deliver(client, mailbox, n, given);
    return `append ${n} (${given.join(' ')})`;
  });

const appendKnown: Operation = (scene) =>
  inMailbox(scene, async (client, mailbox) => {
    const n = 200 + scene.random.int(3);
    await deliver(client, mailbox, n);
    return `append known ${n}`;
  });

const store = (change: '+' | '-'): Operation =>
  onMessages(async ({ random }, client, mailbox, uids) => {
    const flag = random.pick(flags);
    await client.store(mailbox, uids, change, [flag]);
    return `store ${uids} ${change}${flag}`;
  });

const expunge = onMessages(async (_scene, client, mailbox, uids) => {
  await client.expunge(mailbox, uids);
  return `expunge ${uids}`;
});

const transfer = (command: 'COPY' | 'MOVE'): Operation =>
  onMessages(async ({ random }, client, mailbox, uids) => {
    const target = random.pick(await listed(client));
    await client.command(`UID ${command} ${uids} "${target}"`);
    return `${command} ${uids} to ${target}`;
  });

const rename: Operation = (scene) =>
  inMailbox(
    scene,
    async (client, mailbox) => {
      const target = `INBOX.${scene.random.pick(['Renamed', 'Work', 'Moved', 'Old.Sub'])}`;
      await client.rename(mailbox, target);
      return `rename to ${target}`;
    },
    isFolder,
  );

const remove: Operation = (scene) =>
  inMailbox(
    scene,
    async (client, mailbox) => {
      await client.delete(mailbox);
      if (!scene.random.chance(0.3)) return 'delete';
      await client.create(mailbox);
      if (scene.random.chance(0.6)) await deliver(client, mailbox, scene.newMessage());
      return 'delete and create again';
    },
    isFolder,
  );

const create: Operation = ({ side, random, newMessage }) => {
  const user = random.pick(baseUsers);
  return as(side, user, async (client) => {
    const mailbox = `INBOX.${random.pick(['New', 'Other', 'Work', 'Old.Sub', 'Renamed'])}`;
    await client.create(mailbox);
    const messages = random.int(3);
    for (let n = 0; n < messages; n++) await deliver(client, mailbox, newMessage());
    return `${user} ${mailbox}: create with ${messages} messages`;
  });
};

const annotateMailbox: Operation = (scene) =>
  inMailbox(
    scene,
    async (client, mailbox) => {
      const entry = scene.random.pick(['/private/comment', '/shared/comment']);
      const value = `value ${scene.random.int(1000)}`;
      await client.setMetadata(mailbox, entry, value);
      return `${entry} = ${value}`;
    },
    (name) => name.startsWith('INBOX'),
  );

const annotateMessage = onMessages(async ({ random }, client, _mailbox, uids) => {
  const value = `value ${random.int(1000)}`;
  await client.command(`UID STORE ${uids} ANNOTATION (/comment (value.shared "${value}"))`);
  return `annotate ${uids} ${value}`;
});

const setAcl: Operation = (scene) =>
  inMailbox(
    scene,
    async (client, mailbox) => {
      const identifier = scene.random.pick(['ben', 'cyd', 'anyone']);
      const rights = scene.random.pick(['lrs', 'lrswi', 'lr']);
      await client.setAcl(mailbox, identifier, rights);
      return `acl ${identifier} ${rights}`;
    },
    (name) => name.startsWith('INBOX'),
  );

const setQuota: Operation = ({ side, random }) => {
  const root = `user.${random.pick(baseUsers)}`;
  const limit = 5000 + random.int(5000);
  return as(side, 'cyrus', async (admin) => {
    await admin.setQuota(root, limit);
    return `quota ${root} ${limit}`;
  });
};

const subscribe =
  (command: 'SUBSCRIBE' | 'UNSUBSCRIBE'): Operation =>
  (scene) =>
    inMailbox(scene, async (client, mailbox) => {
      await client.command(`${command} "${mailbox}"`);
      return command;
    });

/** Reading another user's mailbox sets \Seen in the reader's own database. */
const readForeign: Operation = (scene) =>
  inMailbox(
    scene,
    async (client, mailbox) => {
      const uids = await someUids(scene, client, mailbox);
      if (uids === '') return 'no messages';
      await client.read(mailbox, uids);
      return `read ${uids}`;
    },
    (name) => !name.startsWith('INBOX'),
  );

const createUser: Operation = ({ side, random, newMessage }) => {
  const user = random.pick(['dee', 'eli']);
  return as(side, 'cyrus', async (admin) => {
    await admin.create(`user.${user}`);
    await deliver(admin, `user.${user}`, newMessage());
    return `create user ${user}`;
  });
};

const removeUser: Operation = ({ side, random }) => {
  const user = random.pick(['ben', 'cyd', 'dee']);
  return as(side, 'cyrus', async (admin) => {
    await admin.setAcl(`user.${user}`, 'cyrus', 'lrswipkxtea');
    await admin.delete(`user.${user}`);
    return `delete user ${user}`;
  });
};

const renameUser: Operation = ({ side }) =>
  as(side, 'cyrus', async (admin) => {
    await admin.setAcl('user.cyd', 'cyrus', 'lrswipkxtea');
    await admin.rename('user.cyd', 'user.fay');
    return 'rename user cyd to fay';
  });

const expire =
  (...args: readonly string[]): Operation =>
  async ({ side }) => {
    await side.mustTool('cyr_expire', '-E', '1', ...args);
    return `cyr_expire ${args.join(' ')}`;
  };

/** As the MTA does it: the user's active script is run. */
const deliverByLmtp: Operation = async ({ side, random, newMessage }) => {
  const user = random.weighted(busyUsers);
  const n = newMessage();
  await lmtpDeliver(side, user, n);
  return `${user}: LMTP delivery of ${n}`;
};

const scripts = ['first', 'second', 'third'] as const;

const onScripts =
  (job: (client: SieveClient, scene: Scene, name: string) => Promise<string>): Operation =>
  (scene) => {
    const { side, random } = scene;
    const [user, name] = [random.weighted(busyUsers), random.pick(scripts)];
    return asSieve(side.ports.sieve, user, async (client) => `${user}: ${await job(client, scene, name)}`);
  };

const putScript = onScripts(async (client, { random }, name) => {
  const subject = `s${random.int(1000)}`;
  await client.put(name, `require "fileinto";\r\nif header :is "subject" "${subject}" { fileinto "INBOX.Work"; }\r\n`);
  if (!random.chance(0.5)) return `put script ${name} (${subject})`;
  await client.activate(name);
  return `put script ${name} (${subject}) and activate it`;
});

const activateScript = onScripts(async (client, { random }, name) => {
  const chosen = random.chance(0.2) ? '' : name;
  await client.activate(chosen);
  return chosen === '' ? 'activate no script' : `activate script ${chosen}`;
});

const deleteScript = onScripts(async (client, _scene, name) => {
  await client.remove(name);
  return `delete script ${name}`;
});

/** Times are kept in seconds, and which side is newer may depend on them. */
const wait: Operation = async () => {
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return 'a second passes';
};

const operations: readonly (readonly [weight: number, operation: Operation])[] = [
  [20, append],
  [1, appendKnown],
  [16, store('+')],
  [8, store('-')],
  [9, expunge],
  [4, transfer('COPY')],
  [3, transfer('MOVE')],
  [3, rename],
  [3, remove],
  [4, create],
  [3, annotateMailbox],
  [1, annotateMessage],
  [2, setAcl],
  [1, setQuota],
  [1.5, subscribe('SUBSCRIBE')],
  [1, subscribe('UNSUBSCRIBE')],
  [4, readForeign],
  [0.7, createUser],
  [0.4, removeUser],
  [0.3, renameUser],
  [2, expire('-X', '0')],
  [1, expire('-x', '-D', '0')],
  [2, wait],
  [2, deliverByLmtp],
  [1, putScript],
  [1, activateScript],
  [0.5, deleteScript],
];

export async function operate(scene: Scene): Promise<string> {
  const operation = scene.random.weighted(operations);
  return attempt(scene.side, () => operation(scene));
}

async function attempt(side: Instance, job: () => Promise<string>): Promise<string> {
  try {
    return `${side.role}: ${await job()}`;
  } catch (error) {
    if (
      !(error instanceof Error) ||
      !/ => a\d+ (NO|BAD)|ManageSieve: NO|LMTP: \d|cyr_expire|mbpath|cyr_dbtool|ENOENT|has no/.test(error.message)
    )
      throw error;
    return `${side.role}: refused: ${error.message.replaceAll(side.dir, '')}`;
  }
}

const mailboxes = ['user.ada', 'user.ada.Work', 'user.ada.Old', 'user.ben', 'user.ben.Lists', 'shared.team'] as const;

/** To a stopped server's files. */
const damages: readonly (readonly [weight: number, operation: Operation])[] = [
  [
    3,
    ({ side, random }) => {
      const [mboxname, uid] = [random.pick(mailboxes), 3 + random.int(4)];
      return removeMessageFile(side, mboxname, uid).then(() => `${mboxname} uid ${uid}: file lost`);
    },
  ],
  [
    2,
    ({ side, random }) => {
      const [mboxname, uid] = [random.pick(mailboxes), 3 + random.int(4)];
      return breakRecordCrc(side, mboxname, uid).then(() => `${mboxname} uid ${uid}: record CRC broken`);
    },
  ],
  [
    1,
    ({ side, random }) => {
      const [mboxname, uid] = [random.pick(mailboxes), 3 + random.int(4)];
      return setSystemFlag(side, mboxname, uid, 0x800).then(() => `${mboxname} uid ${uid}: undefined system flag`);
    },
  ],
  [
    1,
    ({ side, random }) => {
      const mboxname = random.pick(mailboxes);
      return dropListEntry(side, mboxname).then(() => `${mboxname}: entry dropped`);
    },
  ],
  [
    8,
    async ({ side, random }) => {
      const { meta } = await directoriesOf(side, random.pick(mailboxes));
      return changeByte(
        `${meta}/${random.weighted([
          [5, 'cyrus.index'],
          [2, 'cyrus.header'],
          [1, 'cyrus.cache'],
          [2, '4.'],
        ])}`,
        random,
      );
    },
  ],
  [1, ({ side, random }) => changeByte(`${side.configdirectory}/mailboxes.db`, random)],
];

export async function damage(scene: Scene): Promise<string> {
  const operation = scene.random.weighted(damages);
  return attempt(scene.side, () => operation(scene));
}
