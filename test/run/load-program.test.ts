/** The built programs start with their compiled code, and without it. `npm test` builds them first. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAMS = ['cli.cjs', 'audit.cjs'] as const;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-program-'));
  for (const part of [
    'dist/program',
    'dist/bin',
    'dist/workers',
    'dist/src/run/load-program.cjs',
    'package.json',
    'schemas',
  ])
    cpSync(join(root, part), join(dir, part), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Loads a program of the copy in a fresh process, as its launcher does. */
function load(program: string): {
  readonly wasCompiled: boolean;
  readonly status: number | null;
  readonly stderr: string;
} {
  const script = [
    `const { loadProgram, tuneEngine } = require(${JSON.stringify(join(dir, 'dist/src/run/load-program.cjs'))});`,
    `process.argv = ['node', 'cyraudit', '--version'];`,
    `tuneEngine();`,
    `const { exports, wasCompiled } = loadProgram(${JSON.stringify(join(dir, 'dist/program', program))});`,
    `if (Object.keys(exports).length === 0) throw new Error('no exports');`,
    `console.log(String(wasCompiled));`,
  ].join('\n');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: dir, encoding: 'utf8' });
  return { wasCompiled: stdout.includes('true'), status, stderr };
}

const version = (): { readonly status: number | null; readonly stdout: string } => {
  const { status, stdout } = spawnSync(process.execPath, [join(dir, 'dist/bin/cyraudit.cjs'), '--version'], {
    encoding: 'utf8',
  });
  return { status, stdout };
};

const { version: packed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

describe.each(PROGRAMS)('%s', (program) => {
  const cacheOf = (): string => join(dir, 'dist/program', `${program}.cache`);

  test('its compiled code is accepted by a fresh process', () => {
    expect(existsSync(cacheOf())).toBe(true);
    expect(load(program)).toEqual({ wasCompiled: false, status: 0, stderr: '' });
  });

  const wrong: readonly (readonly [string, () => void])[] = [
    ['missing', () => rmSync(cacheOf())],
    ['empty', () => truncateSync(cacheOf(), 0)],
    ['cut short', () => truncateSync(cacheOf(), Math.floor(statSync(cacheOf()).size / 2))],
    ['cut by a byte', () => truncateSync(cacheOf(), statSync(cacheOf()).size - 1)],
    ['of zeros', () => writeFileSync(cacheOf(), Buffer.alloc(statSync(cacheOf()).size))],
    [
      'of another program',
      () =>
        cpSync(
          join(
            dir,
            'dist/program',
            PROGRAMS.find((other) => other !== program)!,
          ) + '.cache',
          cacheOf(),
        ),
    ],
    [
      'of another build of the same length',
      () => {
        // As long as before, which is all that V8 looks at: the stamp at its end tells.
        const file = join(dir, 'dist/program', program);
        const text = readFileSync(file, 'utf8');
        writeFileSync(file, text.slice(0, -64) + '0'.repeat(64));
      },
    ],
    ...[0.001, 0.3, 0.6, 0.99].map(
      (part) =>
        [
          `changed in a byte at ${String(part)}`,
          () => {
            const bytes = readFileSync(cacheOf());
            bytes[Math.floor(bytes.length * part)]! ^= 0x10;
            writeFileSync(cacheOf(), bytes);
          },
        ] as const,
    ),
  ];
  test.each(wrong)('one that is %s is compiled anew', (_, spoil) => {
    spoil();
    expect(load(program)).toEqual({ wasCompiled: true, status: 0, stderr: '' });
  });
});

test('the launcher starts the program without its compiled code', () => {
  for (const program of PROGRAMS) rmSync(join(dir, 'dist/program', `${program}.cache`));
  expect(version()).toEqual({ status: 0, stdout: `${packed}\n` });
});

test('the room for young objects stays small when a thread has started, in our own process only', () => {
  const grown = (tune: string): number => {
    const script = [
      `const { tuneEngine } = require(${JSON.stringify(join(dir, 'dist/src/run/load-program.cjs'))});`,
      tune,
      `const { Worker } = require('node:worker_threads');`,
      `const file = ${JSON.stringify(join(dir, 'dist/workers/audit.cjs'))};`,
      `const worker = new Worker(file, { resourceLimits: { maxYoungGenerationSizeMb: 6 } });`,
      `worker.on('exit', () => {`,
      `  const kept = [];`,
      `  for (let i = 0; i < 3e6; i++) kept[i % 200000] = { i };`,
      `  const spaces = require('node:v8').getHeapSpaceStatistics();`,
      `  console.log(spaces.find(({ space_name }) => space_name === 'new_space').space_size / 1048576);`,
      `});`,
    ].join('\n');
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: dir, encoding: 'utf8' });
    expect(stderr).toBe('');
    return Number(stdout);
  };
  const [tuned, untouched] = [grown('tuneEngine();'), grown('')];
  expect(tuned).toBeGreaterThan(0);
  expect(untouched).toBeGreaterThan(8 * tuned);
});
