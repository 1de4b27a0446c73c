/** Users at work on a pair: mail comes in, clients read, file, flag and delete, folders come and go. */
import { setTimeout } from 'node:timers/promises';
import { as, deliver } from '../../../fixtures/make/drift.js';
import type { ImapClient } from '../../../fixtures/make/imap-client.js';
import type { Instance } from '../../../fixtures/make/instance.js';
import { lmtpDeliver } from '../../../fixtures/make/lmtp-client.js';
import { seeded, type Random } from '../../support/random.js';

export interface Load {
  /** Ends it and tells how often each thing was done. @throws what broke the load itself */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Two clients for each of these, and one delivery agent for all. */
const USERS = ['ada', 'ben', 'cai', 'dov'] as const;
const FOLDERS = ['INBOX', 'INBOX.Work', 'INBOX.Lists'] as const;
const FLAGS = ['\\Seen', '\\Flagged', '\\Answered', '$Label1', 'Work'] as const;

export async function prepareUsers(master: Instance): Promise<void> {
  await as(master, 'cyrus', async (admin) => {
    for (const user of USERS) {
      await admin.create(`user.${user}`);
      await admin.setQuota(`user.${user}`, 1_000_000);
    }
    await admin.create('lists');
    await admin.setAcl('lists', 'anyone', 'lrswip');
  });
  for (const user of USERS) {
    await as(master, user, async (client) => {
      await client.create('INBOX.Work');
      await client.create('INBOX.Lists');
      for (let n = 1; n <= 20; n++) await deliver(client, FOLDERS[n % 3]!, n);
    });
  }
}

export function startLoad(master: Instance, seed: number): Load {
  const done: Record<string, number> = {};
  let isOver = false;
  let n = 1000;
  const count = (what: string): void => {
    done[what] = (done[what] ?? 0) + 1;
  };
  const work = async (user: string, random: Random): Promise<void> => {
    const folders: string[] = [];
    while (!isOver) {
      await as(master, user, async (client) => {
        for (let i = 0; i < 20 && !isOver; i++) {
          try {
            count(await act(client, random, folders, () => n++));
          } catch (error) {
            // The other client of the user was faster: the message or the folder is not there any more.
            if (!(error instanceof Error && /=> a\d+ NO /.test(error.message))) throw error;
            count('refused');
          }
          await setTimeout(random.int(30));
        }
      });
    }
  };
  const agent = async (random: Random): Promise<void> => {
    while (!isOver) {
      await lmtpDeliver(master, random.pick(USERS), n++);
      count('lmtp');
      await setTimeout(random.int(50));
    }
  };
  const workers = USERS.flatMap((user, i) => [work(user, seeded(seed + 2 * i)), work(user, seeded(seed + 2 * i + 1))]);
  const all = Promise.all([...workers, agent(seeded(seed + 100))]);
  // Told by stop.
  all.catch(() => undefined);
  return {
    stop: async () => {
      isOver = true;
      await all;
      return done;
    },
  };
}

/** One thing that a client does. @param folders that it has made @returns what it was */
async function act(client: ImapClient, random: Random, folders: string[], next: () => number): Promise<string> {
  const folder = random.pick(FOLDERS);
  switch (random.int(10)) {
    case 0:
    case 1:
    case 2:
      await deliver(client, folder, next());
      return 'append';
    case 3:
    case 4: {
      const uid = await anyUid(client, folder, random);
      await client.store(folder, uid, random.pick(['+', '-']), [random.pick(FLAGS)]);
      return 'flag';
    }
    case 5:
      await client.expunge(folder, await anyUid(client, folder, random));
      return 'expunge';
    case 6: {
      const uid = await anyUid(client, folder, random);
      await client.command(`UID MOVE ${uid} "${random.pick(FOLDERS.filter((name) => name !== folder))}"`);
      return 'move';
    }
    case 7: {
      // Every folder has a name of its own: 3.6.1 fails to replicate one that was deleted and made anew.
      const name = `INBOX.Tmp${String(next())}`;
      await client.create(name);
      folders.push(name);
      await deliver(client, name, next());
      return 'create';
    }
    case 8: {
      const [name] = folders.splice(0, 1);
      if (name === undefined) return 'nothing';
      await client.delete(name);
      return 'delete';
    }
    default: {
      const [name] = folders.splice(0, 1);
      if (name === undefined) return 'nothing';
      const to = `INBOX.Tmp${String(next())}`;
      await client.rename(name, to);
      folders.push(to);
      return 'rename';
    }
  }
}

async function anyUid(client: ImapClient, folder: string, random: Random): Promise<string> {
  const uids = await client.uids(folder);
  return uids.length === 0 ? '1' : String(random.pick(uids));
}
