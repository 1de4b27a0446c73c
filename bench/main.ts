/**
 * `npm run bench`: cyraudit against what an administrator would run instead, interleaved in one run over a generated
 * pair. Ratios count, not times: the machine is named without its name. Results go to bench/results/.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeSide } from '../test/support/encode/write-side.js';

interface Measured {
  readonly wall: number;
  readonly cpu: number;
  /** Peak resident memory in MiB. */
  readonly memory: number;
}

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

const TIME = '/usr/bin/time';
const cyraudit = fileURLToPath(new URL('../dist/bin/cyraudit.cjs', import.meta.url));
const results = fileURLToPath(new URL('./results/', import.meta.url));

const { values } = parseArgs({
  options: {
    mailboxes: { type: 'string', default: '2000' },
    messages: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '5' },
    'no-files': { type: 'boolean', default: false },
    /** Substring of the contenders to run. */
    only: { type: 'string', default: '' },
  },
});

/** Runs one command and reads what it cost from time(1). */
function measure({ name, command }: Contender, cwd: string): Measured {
  const run = spawnSync(TIME, ['-f', '%e %U %S %M', ...command], { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  const last = run.stderr.trim().split('\n').at(-1) ?? '';
  const [wall, user, sys, kib] = last.split(' ').map(Number);
  if (run.status !== 0 || wall === undefined || user === undefined || sys === undefined || kib === undefined)
    throw new Error(`${name}: status ${String(run.status)}: ${run.stderr.slice(0, 500)}`);
  return { wall, cpu: user + sys, memory: kib / 1024 };
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

function contenders(withFiles: boolean): Contender[] {
  const compare = (level: string): string[] => [
    process.execPath,
    cyraudit,
    'compare',
    'master',
    'replica',
    '--level',
    level,
    '--quiet',
    '--no-progress',
  ];
  const all: Contender[] = [
    { name: 'rsync -na', command: ['rsync', '-na', '--dry-run', 'master/', 'replica/'] },
    { name: 'cyraudit --level index', command: compare('index') },
    ...(withFiles
      ? [
          { name: 'cyraudit --level files', command: compare('files') },
          { name: 'cyraudit --level content', command: compare('content') },
          { name: 'rsync -nac', command: ['rsync', '-nac', '--dry-run', 'master/', 'replica/'] },
          {
            name: 'find | xargs -P2 sha1sum',
            command: ['sh', '-c', 'find master replica -type f -print0 | xargs -0 -P2 -n 500 sha1sum >/dev/null'],
          },
        ]
      : []),
    {
      name: 'read the indexes only',
      command: ['sh', '-c', 'find master replica -name cyrus.index -print0 | xargs -0 cat >/dev/null'],
    },
  ];
  return all.filter(({ name }) => name.startsWith('rsync -na') || name.includes(values.only));
}

if (!existsSync(TIME)) throw new Error(`${TIME} is missing: apt-get install time`);
const mailboxes = Number(values.mailboxes);
const messages = Number(values.messages);
const rounds = Number(values.rounds);
const withFiles = !values['no-files'];
const dir = mkdtempSync(join(tmpdir(), 'cyraudit-bench-'));
try {
  for (const side of ['master', 'replica'])
    writeSide(join(dir, side), { mailboxes, messages, seed: 1, files: withFiles });
  const list = contenders(withFiles);
  const runs = new Map<string, Measured[]>(list.map(({ name }) => [name, []]));
  // The first round only warms the caches.
  for (let round = 0; round <= rounds; round++) {
    for (const contender of list) {
      const cost = measure(contender, dir);
      if (round > 0) runs.get(contender.name)!.push(cost);
    }
  }
  const rows = list.map(({ name }) => {
    const costs = runs.get(name)!;
    return {
      name,
      wall: median(costs.map(({ wall }) => wall)),
      cpu: median(costs.map(({ cpu }) => cpu)),
      memory: Math.max(...costs.map(({ memory }) => memory)),
    };
  });
  const base = rows[0]!;
  const table = [
    `${mailboxes} mailboxes x ${messages} messages on each side${withFiles ? '' : ', without message files'}, ${rounds} rounds, medians, warm cache.`,
    `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}.`,
    '',
    `| what | wall s | CPU s | peak MiB | speed against ${base.name} |`,
    '|---|---|---|---|---|',
    ...rows.map(
      ({ name, wall, cpu, memory }) =>
        `| ${name} | ${wall.toFixed(2)} | ${cpu.toFixed(2)} | ${memory.toFixed(0)} | ${(base.wall / wall).toFixed(2)}x |`,
    ),
    '',
  ].join('\n');
  mkdirSync(results, { recursive: true });
  const name = `compare-${mailboxes}x${messages}${withFiles ? '' : '-index'}`;
  writeFileSync(join(results, `${name}.md`), table);
  writeFileSync(
    join(results, `${name}.json`),
    `${JSON.stringify({ mailboxes, messages, rounds, withFiles, rows }, null, 2)}\n`,
  );
  process.stdout.write(table);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
