import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const module = fileURLToPath(new URL('../../src/cli/give-way.ts', import.meta.url));

/** Prints for the first and for a later thread: priority, class of the disk. */
const PROBE = `
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { giveWay } from ${JSON.stringify(module)};
const threads = () => readdirSync('/proc/self/task');
const before = new Set(threads());
giveWay();
const show = (tid) => {
  const nice = readFileSync('/proc/self/task/' + tid + '/stat', 'latin1').split(') ')[1].split(' ')[16];
  return nice + ' ' + spawnSync('ionice', ['-p', tid], { encoding: 'utf8' }).stdout?.trim();
};
new Worker('setTimeout(() => {}, 400)', { eval: true }).once('online', () => {
  const later = threads().filter((tid) => !before.has(tid));
  console.log(JSON.stringify([String(process.pid), ...later].map(show)));
});
`;

const run = (env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROBE], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
const hasIonice = spawnSync('ionice', ['-V']).status === 0;

test.skipIf(!hasIonice)('this thread and those to come give way', () => {
  const { stdout, stderr } = run();
  expect(stderr).toBe('');
  const shown = JSON.parse(stdout) as string[];
  expect(shown.length).toBeGreaterThanOrEqual(2);
  expect(new Set(shown)).toEqual(new Set(['19 idle']));
});

test('without ionice the processor is still left to others, and it is said', () => {
  const { stdout, stderr } = run({ PATH: '/nowhere' });
  expect(stderr).toMatch(/^cyraudit: --nice: ionice: .*ENOENT; the priority for the disk is as it was\n$/);
  expect((JSON.parse(stdout) as string[]).every((shown) => shown.startsWith('19'))).toBe(true);
});
