import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { packageVersion } from '../../src/run/package-version.js';
import { runCli } from '../support/cli.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';
import { startLocalRegistry } from '../support/local-registry.js';

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

let dir: string;
/** Where `npm install --global` puts things. */
let prefix: string;
let installed: string;
let packed: ReadonlySet<string>;
let asked: ReadonlySet<string>;
const pairs = {} as Record<'clean' | 'split-brain', UnpackedPair>;

/** Does not block: the registry lives in this process. The user's own settings of npm are not read. */
const npm = (args: readonly string[]) =>
  promisify(execFile)('npm', args, {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: dir,
      npm_config_cache: join(dir, 'cache'),
      npm_config_update_notifier: 'false',
    },
  });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-package-'));
  prefix = join(dir, 'prefix');
  installed = join(prefix, 'lib/node_modules/cyraudit');
  for (const name of ['clean', 'split-brain'] as const) pairs[name] = await unpackPair(name, 'made');
  // `npm test` has built it.
  const { stdout } = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', dir]);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  packed = new Set(files.map(({ path }) => path));
  const registry = await startLocalRegistry();
  ({ asked } = registry);
  try {
    await npm(['install', '--global', '--prefix', prefix, '--registry', registry.url, join(dir, filename)]);
  } finally {
    await registry.close();
  }
}, 300_000);
afterAll(async () => {
  for (const pair of Object.values(pairs)) await pair.dispose();
  rmSync(dir, { recursive: true, force: true });
});

const run = (args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(join(prefix, 'bin/cyraudit'), args, {
    cwd: pairs.clean.dir,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  return { status, stdout, stderr };
};

describe('installed with npm, run from another directory', () => {
  test('the version', () => {
    expect(run(['--version'])).toEqual({ status: 0, stdout: `${packageVersion}\n`, stderr: '' });
  });

  test.each([
    ['clean', 0],
    ['split-brain', 1],
  ] as const)('compare of %s: status %d, as before it was packed', (name, status) => {
    const { master, replica } = pairs[name];
    const args = ['compare', master, replica, '--level', 'content', '--report', 'json'];
    const [here, there] = [run(args), runCli(args)];
    expect(here).toMatchObject({ status, stderr: '' });
    const timeless = (text: string): Partial<Report> => ({
      ...(JSON.parse(text) as Report),
      ...{ startedAt: '', finishedAt: '', durations: { totalMs: 0 } },
    });
    expect(timeless(here.stdout)).toEqual(timeless(there.stdout));
  });

  test('relative paths, and a report that is read again', () => {
    expect(run(['compare', 'master', 'replica', '--report', 'json=report.json']).status).toBe(0);
    expect(run(['render', 'report.json'])).toMatchObject({ status: 0, stderr: '' });
    expect(run(['inspect', 'master/imapd.conf'])).toMatchObject({ status: 0, stderr: '' });
    expect(run(['explain', 'guid-mismatch'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('as a library', () => {
    const { master, replica } = pairs['split-brain'];
    const program = `import { auditPair } from ${JSON.stringify(join(installed, 'dist/src/index.js'))};
      const { verdict } = await auditPair(${JSON.stringify({ master, replica, level: 'content', threads: 2 })});
      console.log(verdict);`;
    const args = ['--input-type=module', '-e', program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: dir });
    expect({ stdout, stderr }).toEqual({ stdout: 'admin\n', stderr: '' });
  });

  test('the manual page is where man looks for it', () => {
    const page = join(prefix, 'share/man/man8/cyraudit.8');
    expect(realpathSync(page)).toBe(realpathSync(join(installed, 'man/cyraudit.8')));
  });

  test('what only we need is not installed, and what it needs is', () => {
    const has = (name: string): boolean => existsSync(join(installed, 'node_modules', name));
    for (const name of Object.keys(manifest.dependencies)) expect(has(name), name).toBe(true);
    for (const name of Object.keys(manifest.devDependencies)) expect(has(name), name).toBe(false);
    expect(asked.size).toBeGreaterThanOrEqual(Object.keys(manifest.dependencies).length);
  });
});

describe('the package holds', () => {
  test.each(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/library.md', 'docs/examples/README.md'])(
    'what %s links to',
    (page) => {
      expect(packed).toContain(page);
      const links = readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g);
      for (const [, link = ''] of links) expect(packed).toContain(normalize(join(dirname(page), link)));
    },
  );

  test('the manual, the completions, and the programs with their compiled code', () => {
    for (const path of [
      'man/cyraudit.8',
      'completions/cyraudit.bash',
      'completions/_cyraudit',
      'completions/cyraudit.fish',
      'dist/program/cli.cjs.cache',
      'dist/program/audit.cjs.cache',
    ])
      expect(packed).toContain(path);
  });

  test('no tests, sources or fixtures', () => {
    const top = new Set([...packed].map((path) => path.split('/')[0]));
    expect([...top].filter((name) => ['src', 'test', 'fixtures', 'scripts', 'bench'].includes(name ?? ''))).toEqual([]);
  });
});
