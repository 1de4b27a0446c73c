/** What the programme runs on: pairs of sides, all of them made from a seed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from '../fixtures/make/process.js';
import { whyNoCyrus } from '../fixtures/make/instance.js';
import type { CyrusTools } from '../test/support/cyrus-tools.js';
import { prepareForCyrus } from '../test/support/prepare-for-cyrus.js';
import type { SideContent } from '../test/support/encode/write-side.js';

export type GroupName = 'typical' | 'mailboxes' | 'records' | 'list' | 'drift' | 'start';

/** Pairs of one kind, the smallest first. All are on disk together. */
export interface Group {
  readonly name: GroupName;
  readonly about: string;
  readonly sizes: readonly Size[];
  /** A copy of the master is made for Cyrus. */
  readonly hasCopy: boolean;
}

export interface Size {
  readonly label: string;
  readonly master: SideContent;
  readonly replica: SideContent;
}

const SEED = 20251121;
/** Unit: ms. */
const DEADLINE = 30 * 60_000;

const count = (n: number): string => n.toLocaleString('en');

const inSync = (label: string, content: Omit<SideContent, 'seed'>): Size => {
  const side = { ...content, seed: SEED };
  return { label, master: side, replica: side };
};

/** @param isQuick everything small, to see that it runs */
export function listGroups(isQuick: boolean): Group[] {
  const [mailboxes, messages] = isQuick ? [20, 10] : [2000, 100];
  const few = isQuick ? 10 : 500;
  const drifting = { mailboxes, messages: few, files: false, seed: SEED };
  const least = isQuick ? 2 : 20;
  return [
    {
      name: 'typical',
      about: 'A typical store, with message files of 1 to 40 kB, both sides in sync.',
      hasCopy: true,
      sizes: [
        inSync(`${count(mailboxes)} mailboxes x ${count(messages)} messages`, {
          mailboxes,
          messages,
          bodyLines: [13, 525],
        }),
      ],
    },
    {
      name: 'mailboxes',
      about: 'Many small mailboxes, metadata only, both sides in sync.',
      hasCopy: false,
      sizes: (isQuick ? [10, 20, 30] : [1000, 10_000, 100_000]).map((n) =>
        inSync(`${count(n)} mailboxes x ${count(least)} to ${count(10 * least)} records`, {
          mailboxes: n,
          messages: [least, 10 * least],
          files: false,
        }),
      ),
    },
    {
      name: 'records',
      about: 'One huge mailbox, metadata only, both sides in sync.',
      hasCopy: false,
      sizes: (isQuick ? [50, 500, 5000] : [50_000, 500_000, 5_000_000]).map((n) =>
        inSync(`${count(n)} records`, { mailboxes: 1, messages: n, files: false }),
      ),
    },
    {
      name: 'list',
      about:
        'A long mailbox list. One user with 5 mailboxes is looked at; of the others there is nothing but the rows.',
      hasCopy: true,
      sizes: (isQuick ? [10, 100, 1000] : [10_000, 100_000, 1_000_000]).map((n) =>
        inSync(`${count(n)} list entries`, {
          mailboxes: 5,
          messages: 20,
          mailboxesPerUser: 5,
          files: false,
          onlyListed: n - 5,
        }),
      ),
    },
    {
      name: 'drift',
      about: `${count(mailboxes)} mailboxes x ${count(few)} records, metadata only.`,
      hasCopy: false,
      sizes: [
        { label: 'in sync', master: drifting, replica: drifting },
        { label: '30 % of all records differ', master: { ...drifting, changed: 0.3 }, replica: drifting },
      ],
    },
    {
      name: 'start',
      about: 'From start to verdict.',
      hasCopy: false,
      sizes: [inSync('5 mailboxes x 20 messages', { mailboxes: 5, messages: 20 })],
    },
  ];
}

/** A pair on disk. */
export interface Pair {
  readonly label: string;
  readonly mailboxes: number;
  readonly master: string;
  readonly replica: string;
  /** Names of files, each with a NUL behind it: what level `index` reads of both sides, and all that there is. */
  readonly metadata: string;
  readonly everything: string;
  /** A copy of the master that Cyrus may write to; undefined when there is none, or no Cyrus. */
  readonly copy?: { readonly dir: string; readonly tools: CyrusTools };
}

/** Before there is one: for the names of its contenders. */
export const NO_PAIR: Pair = { label: '', mailboxes: 0, master: '', replica: '', metadata: '', everything: '' };

/** Writes a pair below `dir`; two processes, one for each side. */
export async function makePair(dir: string, { hasCopy }: Group, { label, ...contents }: Size): Promise<Pair> {
  const { mailboxes } = contents.master;
  const pair = { label, mailboxes, master: join(dir, 'master'), replica: join(dir, 'replica') };
  mkdirSync(dir);
  const generate = fileURLToPath(new URL('./generate.ts', import.meta.url));
  await Promise.all(
    (['master', 'replica'] as const).map((side) =>
      mustRun([process.execPath, ...process.execArgv, generate, pair[side], JSON.stringify(contents[side])], {
        timeoutMs: DEADLINE,
      }),
    ),
  );
  const lists = { metadata: join(dir, 'metadata'), everything: join(dir, 'everything') };
  const isMetadata = ['(', '-path', '*/conf/*', '-o', '-name', 'cyrus.[ahi]*', ')'];
  for (const [list, test] of [
    [lists.metadata, isMetadata],
    [lists.everything, []],
  ] as const)
    await mustRun(['find', pair.master, pair.replica, '-type', 'f', ...test, '-fprint0', list]);
  if (!hasCopy || whyNoCyrus() !== undefined) return { ...pair, ...lists };
  const copy = join(dir, 'copy');
  await mustRun(['cp', '-a', pair.master, copy], { timeoutMs: DEADLINE });
  const tools = prepareForCyrus(copy);
  proveOpened(tools, contents.master);
  return { ...pair, ...lists, copy: { dir: copy, tools } };
}

/** That it is a mailbox to Cyrus as well: what it lists of the first one are all its records. */
function proveOpened(tools: CyrusTools, { messages }: SideContent): void {
  const examined = tools.run('mbexamine', ['user/u000000']).toString();
  const records = examined.match(/ UID:\d+ /g)?.length ?? 0;
  if (records !== messages) throw new Error(`mbexamine lists ${records} of ${String(messages)} records:\n${examined}`);
}
