/**
 * Second half of `npm run build`: puts the program and the worker into one file each, with the code that V8 made of them
 * beside it. Loading 250 small modules and compiling them anew takes longer than the audit of a small pair, and in every
 * thread again. They are CommonJS, as what needs no ES module starts without Node's loader for them.
 */
import { createHash } from 'node:crypto';
import fs, { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import modules from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundleFiles, type Plugin } from 'esbuild';
import type { AuditPlan } from '../src/audit/context.js';
import type { AuditTask } from '../src/audit/run-task.js';
import loader from '../src/run/load-program.cjs';
import { writeSide } from '../test/support/encode/write-side.js';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** Commander loads it for subcommands that are programs of their own, of which there are none. */
const lazyChildProcess: Plugin = {
  name: 'lazy-child-process',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, () => ({ path: 'child_process', namespace: 'lazy' }));
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({
      contents: 'export const spawn = (...args) => process.getBuiltinModule("node:child_process").spawn(...args);',
    }));
  },
};

/**
 * Each function of node:fs in a variable of the bundle. Else each call looks it up by name in a module of 100 functions,
 * which is a twentieth of the time of level content.
 */
const boundFileCalls: Plugin = {
  name: 'bound-file-calls',
  setup(build) {
    build.onResolve({ filter: /^node:fs$/ }, ({ kind, namespace }) =>
      kind === 'import-statement' && namespace !== 'bound' ? { path: 'fs', namespace: 'bound' } : undefined,
    );
    const names = Object.entries(Object.getOwnPropertyDescriptors(fs))
      .filter(([, { value }]) => typeof value === 'function')
      .map(([name]) => name);
    build.onLoad({ filter: /.*/, namespace: 'bound' }, () => ({
      contents: [
        `import fs from 'node:fs';`,
        `export const { constants, ${names.join(', ')} } = fs;`,
        `export default fs;`,
      ].join('\n'),
    }));
  },
};

/** What ES modules have and CommonJS lacks. */
const importMeta = [
  `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;`,
  `const importMetaResolve = (name) => require('node:url').pathToFileURL(require.resolve(name)).href;`,
].join('\n');

async function bundle(entry: string, program: string): Promise<void> {
  await bundleFiles({
    entryPoints: [join(dist, entry)],
    outfile: join(dist, 'program', program),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // piscina starts its threads from a file of its own; ajv is only for reports that are read again, imapflow
    // for messages that are put back.
    external: ['piscina', 'ajv', 'ajv-formats', 'imapflow'],
    plugins: [lazyChildProcess, boundFileCalls],
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl', 'import.meta.resolve': 'importMetaResolve' },
    banner: { js: importMeta },
    logLevel: 'warning',
    // A third of the text, which is read at every start. Names stay, and lines that can be shown with an error.
    minifyWhitespace: true,
    lineLimit: 120,
    charset: 'ascii',
  });
  // In its function already, as to put it there at every start would take a copy of it.
  const path = join(dist, 'program', program);
  const text = modules.wrap(readFileSync(path, 'latin1'));
  // By its last characters a program and its compiled code know each other.
  writeFileSync(path, `${text}// ${createHash('sha256').update(text).digest('hex')}`, 'latin1');
}

/** A file that starts a program with its compiled code. */
function writeLauncher(path: string, program: string, isExecutable: boolean): void {
  const tune = isExecutable ? 'tuneEngine' : 'tuneThread';
  const text = [
    ...(isExecutable ? ['#!/usr/bin/env node'] : []),
    `'use strict';`,
    `const { loadProgram, ${tune} } = require('../src/run/load-program.cjs');`,
    `${tune}();`,
    `module.exports = loadProgram(require.resolve('../program/${program}')).exports;`,
    '',
  ].join('\n');
  writeFileSync(join(dist, path), text, { mode: isExecutable ? 0o755 : 0o644 });
}

rmSync(join(dist, 'program'), { recursive: true, force: true });
mkdirSync(join(dist, 'bin'), { recursive: true });
await Promise.all([bundle('src/cli/main.js', 'cli.cjs'), bundle('workers/audit.js', 'audit.cjs')]);
writeLauncher('bin/cyraudit.cjs', 'cli.cjs', true);
writeLauncher('workers/audit.cjs', 'audit.cjs', false);

// What runs in the audit of a small pair is what is worth keeping compiled.
const dir = mkdtempSync(join(tmpdir(), 'cyraudit-build-'));
try {
  const sides = ['master', 'replica'].map((side) => join(dir, side));
  for (const side of sides) writeSide(side, { mailboxes: 40, messages: 3, seed: 1, version: 17 });

  loader.tuneEngine();
  const worker = loader.loadProgram(join(dist, 'program', 'audit.cjs'));
  const { default: run } = worker.exports as { default: (input: { plan: AuditPlan; task: AuditTask }) => unknown };
  const plan: AuditPlan = {
    sides: [
      { role: 'master', source: sides[0]! },
      { role: 'replica', source: sides[1]! },
    ],
    level: 'index',
    findingCap: 100,
    maxLost: 0,
    users: [],
    mailboxes: [],
    partitions: [],
  };
  for (const role of ['master', 'replica'] as const) run({ plan, task: { kind: 'list', role } });
  const look = { number: 0, isRechecked: false, isLast: true };
  for (const userid of ['u000000', 'u000001'])
    run({ plan, task: { kind: 'units', units: [{ unit: { kind: 'user', userid, inbox: `user.${userid}` } }], look } });
  worker.keepCompiled();

  process.argv.splice(2, process.argv.length, 'compare', ...sides, '--level', 'index', '--quiet');
  const cli = loader.loadProgram(join(dist, 'program', 'cli.cjs'));
  await (cli.exports as { finished: Promise<void> }).finished;
  cli.keepCompiled();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
