/** What users have on both sides of a pair: mailboxes and messages as the fixtures record them, and what belongs to
 *  users. Cyrus's own tools read the databases. */
import { readFile, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Instance, Pair, Role } from '../../../fixtures/make/instance.js';
import { observePair } from '../../../fixtures/make/state.js';
import type { ObservedPair, ObservedSide } from '../../../fixtures/make/state.js';
import { readSieveScripts, type SieveScripts } from '../sieve-state.js';

export interface UserState {
  readonly subscriptions: ReadonlySet<string>;
  /** By uniqueid. */
  readonly seen: ReadonlyMap<string, ReadonlySet<number>>;
}

export interface SideState extends ObservedSide {
  /** `uniqueid entry owner` -> value. */
  readonly annotations: ReadonlyMap<string, string>;
  /** By quota root: the limits. */
  readonly quotas: ReadonlyMap<string, string>;
  readonly users: ReadonlyMap<string, UserState>;
  /** By user with an INBOX. */
  readonly sieve: ReadonlyMap<string, SieveScripts>;
}

export type Observation = Readonly<Record<Role, SideState>>;

export async function observe(pair: Pair): Promise<Observation> {
  const state: ObservedPair = await observePair(pair);
  const [master, replica] = await Promise.all(
    (['master', 'replica'] as const).map(async (role) => ({
      ...state[role],
      ...(await readMetadata(pair[role], state[role])),
    })),
  );
  return { master: master!, replica: replica! };
}

async function readMetadata(
  instance: Instance,
  { reduced }: ObservedSide,
): Promise<Pick<SideState, 'annotations' | 'quotas' | 'users' | 'sieve'>> {
  const show = async (path: string): Promise<string> =>
    (await instance.tool('cyr_dbtool', [path, 'twoskip', 'show'])).stdout;
  const annotations = new Map<string, string>();
  // Key: uniqueid, entry, owner; value: its length in 4 bytes and 4 of padding, the value, its type, a modseq that may
  // hold a newline.
  const row = /([a-z0-9]{24})\0([^\0]+)\0([^\0\t]*)\0?\t\0{3}[\s\S]\0{4}([^\0]*)\0text\/plain/g;
  const text = await show(join(instance.configdirectory, 'annotations.db'));
  for (const [, uniqueid, entry, owner, value] of text.matchAll(row)) {
    annotations.set(`${uniqueid!} ${entry!} ${owner!}`, value!);
  }
  const quotas = new Map<string, string>();
  const users = new Map<string, UserState>();
  for (const path of await filesBelow(instance.configdirectory)) {
    if (path.includes('/quota/')) {
      quotas.set(basename(path), /%\(S \(\d+ (-?\d+)\)/.exec(await readFile(path, 'utf8'))?.[1] ?? '');
    }
    if (!path.includes('/user/')) continue;
    const home = basename(dirname(path));
    const [inbox] = Object.entries(reduced.mailboxes).find(([, mailbox]) => mailbox.uniqueid === home) ?? [];
    if (inbox === undefined || !/^user\.[^.]+$/.test(inbox)) continue;
    const userid = inbox.slice('user.'.length);
    const known = users.get(userid) ?? { subscriptions: new Set<string>(), seen: new Map<string, Set<number>>() };
    if (basename(path) === 'sub.db') {
      const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.startsWith('N'));
      users.set(userid, {
        ...known,
        subscriptions: new Set(lines.map((line) => line.split('\t')[0]!.slice(1).replaceAll('\x1f', '.'))),
      });
    }
    if (basename(path) === 'seen.db') {
      const seen = (await show(path))
        .split('\n')
        .filter((line) => line.includes('\t'))
        .map((line): [string, Set<number>] => {
          const [uniqueid, value] = line.split('\t') as [string, string];
          return [uniqueid, uidSet(value.split(' ').slice(4).join(' '))];
        });
      users.set(userid, { ...known, seen: new Map(seen) });
    }
  }
  const sieve = new Map<string, SieveScripts>();
  for (const [name, { uniqueid }] of Object.entries(reduced.mailboxes)) {
    const userid = /^user\.([^.]+)$/.exec(name)?.[1];
    if (userid === undefined) continue;
    sieve.set(userid, await readSieveScripts(instance, userid, uniqueid, reduced.mailboxes[`${name}.#sieve`]));
  }
  return { annotations, quotas, users, sieve };
}

const filesBelow = async (dir: string): Promise<string[]> =>
  (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** `1:3,5`; `*` ends what is seen and stands for no message of its own. */
export function uidSet(text: string): Set<number> {
  const uids = new Set<number>();
  for (const [, first, last] of text.matchAll(/(\d+)(?::(\d+))?/g)) {
    for (let uid = Number(first); uid <= Number(last ?? first); uid++) uids.add(uid);
  }
  return uids;
}
