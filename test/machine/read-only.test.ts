/** Nothing under a side is ever created, written, locked, renamed or touched: by the system's own account. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { cliFile, runCli } from '../support/cli.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';
import { runTraced, whyNoStrace } from '../support/strace.js';

/** Calls that change a file, a directory or an inode, and those that lock. */
const CHANGES =
  'creat,mknod,mknodat,mkdir,mkdirat,rmdir,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,' +
  'truncate,ftruncate,fallocate,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utime,utimes,utimensat,futimesat,' +
  'setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,write,writev,pwrite64,pwritev,pwritev2,' +
  'copy_file_range,sendfile,flock,fsync,fdatasync,open_by_handle_at,io_uring_setup';
const OPENS = 'open,openat,openat2';

let pair: UnpackedPair;
let reports = '';
beforeAll(async () => {
  pair = await unpackPair('rich-clean', 'made');
  reports = mkdtempSync(join(tmpdir(), 'cyraudit-read-only-'));
  const { stdout } = runCli(['compare', pair.master, pair.replica, '--report', 'json']);
  writeFileSync(join(reports, 'saved.json'), stdout);
});
afterAll(async () => {
  await pair.dispose();
  rmSync(reports, { recursive: true, force: true });
});

const filesBelow = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** What a traced run did to the sides, which is to be nothing. */
function deedsOf(calls: readonly string[]): string[] {
  const isOfSide = (call: string): boolean => call.includes(pair.master) || call.includes(pair.replica);
  return calls.filter((call) => {
    if (!isOfSide(call)) return false;
    const name = call.slice(0, call.indexOf('('));
    if (OPENS.split(',').includes(name)) return /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE/.test(call);
    if (name === 'fcntl') return /F_(OFD_)?SETLKW?|F_SETLEASE/.test(call);
    return CHANGES.split(',').includes(name);
  });
}

const commands: readonly (readonly [string, () => readonly string[]])[] = [
  ...(['index', 'files', 'content'] as const).map(
    (level) =>
      [
        `compare --level ${level}`,
        () => [
          'compare',
          pair.master,
          pair.replica,
          '--level',
          level,
          '--recheck',
          '1',
          '--recheck-delay',
          '0',
          '--report',
          `json=${join(reports, `${level}.json`)}`,
        ],
      ] as const,
  ),
  ['check --level content', () => ['check', pair.master, '--level', 'content', '--threads', '2']],
  ['inspect', () => ['inspect', ...filesBelow(pair.master)]],
  ['explain', () => ['explain']],
  ['render', () => ['render', join(reports, 'saved.json'), '--to', 'text']],
];

describe.skipIf(whyNoStrace() !== undefined)('under strace', () => {
  test.each(commands)(
    '%s changes and locks nothing',
    (_, args) => {
      const { calls, status } = runTraced(args(), ['-e', `trace=${CHANGES},${OPENS},fcntl`]);
      expect([0, 1, 2, 3]).toContain(status);
      // A trace in which the sides do not appear would prove nothing.
      const isAudit = /^(compare|check|inspect)$/.test(args()[0]!);
      expect(calls.some((call) => call.includes(pair.master))).toBe(isAudit);
      expect(deedsOf(calls)).toEqual([]);
    },
    120_000,
  );

  test('a deed would be seen', () => {
    const path = join(pair.master, 'planted');
    expect(deedsOf([`openat(AT_FDCWD</>, "${path}", O_WRONLY|O_CREAT, 0666) = 20<${path}>`])).toHaveLength(1);
    expect(deedsOf([`fcntl(21<${path}>, F_SETLK, {l_type=F_RDLCK}) = 0`])).toHaveLength(1);
    expect(deedsOf([`unlink("${path}") = 0`, `pwrite64(20<${path}>, ""..., 5, 0) = 5`])).toHaveLength(2);
  });
});

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

describe.skipIf(!canMount)('on a file system that is mounted read-only', () => {
  test('the report is the same', () => {
    const script = `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && ! touch "$1/planted" 2>/dev/null || exit 99
      shift; exec "$@"`;
    const args = ['compare', pair.master, pair.replica, '--level', 'content', '--report', 'json'];
    const there = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', script, 'sh', pair.dir, process.execPath, cliFile, ...args],
      { encoding: 'utf8' },
    );
    const here = runCli(args);
    expect([there.status, there.stderr]).toEqual([here.status, '']);
    const timeless = (text: string): Partial<Report> => {
      const { startedAt: _, finishedAt: __, durations: ___, ...rest } = JSON.parse(text) as Report;
      return rest;
    };
    expect(timeless(there.stdout)).toEqual(timeless(here.stdout));
  });
});
