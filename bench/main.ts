/**
 * `npm run bench`: cyraudit against what an administrator would run instead, by turns in one run, over pairs that are
 * made from a seed. Writes bench/results/bench.md and bench.json; a part of it, or small data, goes to .cache/bench/.
 *
 *   --only TEXT   what has TEXT in `group/contender`, such as `typical/` or `records/cyraudit`
 *   --rounds N    after one that only warms the caches (default 5; with --quick 1)
 *   --quick       everything small
 *   --out DIR
 */
import { existsSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeTempDir } from '../fixtures/make/temp-dir.js';
import { contendersOf, type Contender } from './contenders.js';
import { NO_PAIR, listGroups, makePair, type Group } from './datasets.js';
import { attain, type Row } from './goals.js';
import { TIME, measure, type Cost } from './measure.js';
import { describeMachine, toMarkdown, type BenchResult } from './table.js';

/** What the largest group takes, and some more. Unit: bytes. */
const ROOM = 15e9;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const isQuick = values.quick;
const rounds = Number(values.rounds ?? (isQuick ? 1 : 5));
if (!(rounds >= 1)) throw new Error('--rounds: expected a number from 1');
if (!existsSync(TIME)) throw new Error(`${TIME} is missing: apt-get install time`);
const { bavail, bsize } = statfsSync(tmpdir());
if (!isQuick && bavail * bsize < ROOM) throw new Error(`${tmpdir()}: the data needs up to ${ROOM / 1e9} GB`);
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const out = values.out ?? path(isQuick || values.only !== '' ? '../.cache/bench/' : './results/');
mkdirSync(out, { recursive: true });
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const isWanted = (group: Group, contender: string): boolean => `${group.name}/${contender}`.includes(values.only);

interface Entry {
  readonly row: Omit<Row, 'runs'>;
  readonly contender: Contender;
  readonly runs: Cost[];
}

/** Makes the pairs of a group, has everybody run over them, and removes them. */
async function runGroup(group: Group): Promise<Row[]> {
  const temp = await makeTempDir('cyraudit-bench-');
  try {
    // Cyrus has another user.
    await chmod(temp.path, 0o755);
    const entries: Entry[] = [];
    for (const [i, size] of group.sizes.entries()) {
      const started = performance.now();
      const pair = await makePair(join(temp.path, String(i)), group, size);
      say(`${group.name}: ${size.label}: made in ${((performance.now() - started) / 1000).toFixed(0)} s`);
      for (const contender of contendersOf(group.name, pair, !isQuick)) {
        const { name, whyNot } = contender;
        const base = { group: group.name, label: size.label, mailboxes: size.master.mailboxes, contender: name };
        if (!isWanted(group, name)) continue;
        entries.push({ row: { ...base, ...(whyNot === undefined ? {} : { whyNot }) }, contender, runs: [] });
      }
    }
    const able = entries.filter(({ contender }) => contender.whyNot === undefined);
    const warm = able.filter(({ contender }) => contender.isCold !== true);
    for (const { contender } of warm) await measure(contender, temp.path);
    for (let round = 1; round <= rounds; round++) {
      say(`${group.name}: round ${round} of ${rounds}`);
      // Whoever is first meets another machine than whoever is last.
      const turn = [...warm.slice(round % warm.length), ...warm.slice(0, round % warm.length)];
      for (const { contender, runs } of turn) runs.push(await measure(contender, temp.path));
    }
    for (let round = 1; round <= rounds; round++)
      for (const { contender, runs } of able)
        if (contender.isCold === true) runs.push(await measure(contender, temp.path));
    return entries.map(({ row, runs }) => ({ ...row, runs }));
  } finally {
    await temp.remove();
  }
}

const groups: Group[] = [];
const rows: Row[] = [];
for (const group of listGroups(isQuick)) {
  if (!contendersOf(group.name, NO_PAIR, !isQuick).some(({ name }) => isWanted(group, name))) continue;
  groups.push(group);
  rows.push(...(await runGroup(group)));
}
const result: BenchResult = {
  date: new Date().toISOString().slice(0, 10),
  machine: describeMachine(),
  rounds,
  isQuick,
  groups: groups.map(({ name, about }) => ({ name, about })),
  rows,
  attained: attain(rows),
};
const markdown = toMarkdown(result);
writeFileSync(join(out, 'bench.json'), `${JSON.stringify(result, undefined, 2)}\n`);
writeFileSync(join(out, 'bench.md'), markdown);
process.stdout.write(markdown);
