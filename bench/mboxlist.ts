/**
 * `npx tsx bench/mboxlist.ts [MAILBOXES]`: iterating a twoskip mailboxes.db against `cyr_dbtool FILE twoskip show`.
 * Must stay: at most 3 times the time of Cyrus, below 256 MiB. Writes bench/results/mboxlist.json.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../src/sources/spool/open-database.js';
import { twoskipParts } from '../test/support/encode/encode-large-twoskip.js';

const TOOL = '/usr/lib/cyrus/bin/cyr_dbtool';
const RUNS = 3;
const [, script = '', argument = '1000000', child] = process.argv;

if (child !== undefined) iterate(child);
else main(Number(argument));

/** One run in a process of its own: what it prints is its time and its peak of memory. */
function iterate(file: string): void {
  const start = process.hrtime.bigint();
  const opened = openDatabase(file);
  let rows = 0;
  let bytes = 0;
  for (const { key, value } of opened.db?.rows() ?? []) {
    rows++;
    bytes += key.length + value.length;
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  opened.close();
  process.stdout.write(JSON.stringify({ rows, bytes, seconds, peakMiB: peakMiB() }));
}

/** Of this process alone: what getrusage says is, on Linux, at least what the parent had when it forked. */
function peakMiB(): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kib) / 1024;
}

interface Run {
  readonly rows: number;
  readonly seconds: number;
  readonly peakMiB: number;
}

function main(mailboxes: number): void {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-bench-'));
  try {
    const file = join(dir, 'mailboxes.db');
    const fd = openSync(file, 'w');
    let at = 0;
    for (const { offset, bytes } of twoskipParts(mailboxes * 2, mailboxRows(mailboxes))) {
      writeSync(fd, bytes, 0, bytes.length, offset);
      at = Math.max(at, offset + bytes.length);
    }
    closeSync(fd);
    writeFileSync(join(dir, 'imapd.conf'), `configdirectory: ${dir}/conf\npartition-default: ${dir}/spool\n`);
    for (const path of ['conf/db', 'conf/lock']) mkdirSync(join(dir, path), { recursive: true });
    chmodSync(dir, 0o777);
    spawnSync('chown', ['-R', 'cyrus', dir]);
    const ours = Array.from({ length: RUNS }, (): Run => {
      const { stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, script, '0', file], {
        encoding: 'utf8',
      });
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout) as Run;
    });
    const cyrus = Array.from({ length: RUNS }, () => {
      const start = process.hrtime.bigint();
      const { status, stderr } = spawnSync(
        'runuser',
        ['-u', 'cyrus', '--', TOOL, '-C', join(dir, 'imapd.conf'), file, 'twoskip', 'show'],
        { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(stderr);
      return Number(process.hrtime.bigint() - start) / 1e9;
    });
    const best = Math.min(...ours.map(({ seconds }) => seconds));
    const theirs = Math.min(...cyrus);
    const result = {
      mailboxes,
      rows: ours[0]!.rows,
      fileMiB: Math.round(statSync(file).size / 1048576),
      cpu: cpus()[0]?.model,
      node: process.version,
      seconds: ours.map(({ seconds }) => Number(seconds.toFixed(2))),
      cyrusSeconds: cyrus.map((seconds) => Number(seconds.toFixed(2))),
      ratioOfBest: Number((best / theirs).toFixed(2)),
      peakMiB: Math.round(Math.max(...ours.map(({ peakMiB }) => peakMiB))),
    };
    const results = fileURLToPath(new URL('results/', import.meta.url));
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, 'mboxlist.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    console.log(result);
    process.exitCode = result.ratioOfBest <= 3 && result.peakMiB < 256 && result.rows === 2 * mailboxes ? 0 : 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Rows as 3.6 writes them, two for each mailbox, in raw order: by uniqueid (I), then by name (N). */
function* mailboxRows(count: number): Generator<readonly [Buffer, Buffer]> {
  const uniqueid = (i: number): string =>
    `${i.toString(16).padStart(8, '0')}-5b0e-4c5a-9d0f-${(i * 7).toString(16).padStart(12, '0')}`;
  const user = (i: number): string => `user\x1fu${String(Math.floor(i / 10)).padStart(7, '0')}`;
  const name = (i: number): string => (i % 10 === 0 ? user(i) : `${user(i)}\x1ffolder${String(i % 10)}`);
  for (let i = 0; i < count; i++)
    yield [Buffer.from(`I${uniqueid(i)}`), Buffer.from(`%(N ${name(i)} P default T e C 1795230271 F 1 M 1795230271)`)];
  for (let i = 0; i < count; i++)
    yield [
      Buffer.from(`N${name(i)}`),
      Buffer.from(
        `%(I ${uniqueid(i)} P default V 1795230271 F 1 M 1795230271 T e A %(u${String(Math.floor(i / 10)).padStart(7, '0')} lrswipkxtecdan))`,
      ),
    ];
}
