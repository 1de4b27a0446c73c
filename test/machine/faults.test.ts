/** What the system refuses is named and changes the status; the audit goes on. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeReportValidator } from '../../src/cli/read-report.js';
import type { Report } from '../../src/generated/report.js';
import { cliFile } from '../support/cli.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';
import { runTraced, whyNoStrace } from '../support/strace.js';

let pair: UnpackedPair;
beforeAll(async () => {
  pair = await unpackPair('rich-clean', 'made');
});
afterAll(() => pair.dispose());

type Role = 'master' | 'replica';

/** A file of the server, or of the INBOX or the user ada or ben, where imapd.conf puts it. */
function fileOf(side: Role, name: string): string {
  const { mailboxes } = pair.case.after[side];
  const candidates = ['user.ada', 'user.ben'].flatMap((inbox) => {
    const { uniqueid } = mailboxes[inbox]!;
    const hashed = join('uuid', uniqueid[0]!, uniqueid[1]!, uniqueid, name);
    return [join('conf', name), ...['spool', 'archive', 'conf/user'].map((root) => join(root, hashed))];
  });
  const found = candidates.map((path) => join(pair[side], path)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is in none of ${candidates.join(' ')}`);
  return found;
}

/** @param calls system calls that fail on this file from the first one on */
function compareWith(
  path: string,
  calls: string,
  error: string,
): { readonly report?: Report; readonly stderr: string; readonly status: number | null } {
  const inject = ['-P', path, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`];
  const args = ['compare', pair.master, pair.replica, '--level', 'content', '--report', 'json'];
  const { stdout, stderr, status, calls: traced } = runTraced(args, inject);
  // A fault that was not injected would prove nothing.
  expect(traced.some((call) => call.includes('(INJECTED)'))).toBe(true);
  expect(stderr).not.toContain('this is a bug');
  return { ...(stdout === '' ? {} : { report: JSON.parse(stdout) as Report }), stderr, status };
}

const READS = 'read,pread64';
const OPENS = 'openat';

describe.skipIf(whyNoStrace() !== undefined)('a file that cannot be read', () => {
  test.each<[Role, string, string, string]>([
    ['master', 'cyrus.index', READS, 'EIO'],
    ['replica', 'cyrus.index', READS, 'EIO'],
    ['master', 'cyrus.index', OPENS, 'EACCES'],
    ['replica', 'cyrus.header', READS, 'EIO'],
    ['master', 'cyrus.header', OPENS, 'EACCES'],
    ['master', 'cyrus.cache', READS, 'EIO'],
    ['replica', 'cyrus.annotations', READS, 'EIO'],
    ['master', 'annotations.db', READS, 'EIO'],
    ['master', '1.', READS, 'EIO'],
    ['replica', '1.', OPENS, 'EACCES'],
    ['replica', 'seen.db', READS, 'EIO'],
    ['master', 'sub.db', OPENS, 'EACCES'],
  ])('%s %s: %s gives %s', (side, name, calls, error) => {
    const path = fileOf(side, name);
    const { report, status, stderr } = compareWith(path, calls, error);
    expect([status, stderr]).toEqual([3, '']);
    expect(makeReportValidator()(report)).toBeUndefined();
    expect(report!.verdict).not.toBe('halt');
    const told = report!.unaudited.filter(({ reason }) => reason.includes(path));
    expect(told).not.toEqual([]);
    for (const part of told) expect(part.side).toBe(side);
    // Nothing else is lost.
    expect(report!.counts.mailboxes.clean).toBeGreaterThan(0);
  });

  test.each(['master', 'replica'] as const)(
    'the mailbox list of the %s: nothing is audited, and it says why',
    (side) => {
      const path = fileOf(side, 'mailboxes.db');
      const refused = compareWith(path, OPENS, 'EACCES');
      expect([refused.status, refused.report]).toEqual([3, undefined]);
      expect(refused.stderr).toContain(`${path}: open: EACCES`);
      const broken = compareWith(path, READS, 'EIO');
      expect([2, 3]).toContain(broken.status);
      expect(`${broken.stderr}${JSON.stringify(broken.report?.unaudited)}`).toContain(path);
    },
  );
});

test('a disk without room for the report: the status is 3, the reason is told, and nothing is left behind', () => {
  const args = ['compare', pair.master, pair.replica, '--report', 'json=/dev/full'];
  const full = spawnSync(process.execPath, [cliFile, ...args], { encoding: 'utf8' });
  expect(full.status).toBe(3);
  expect(full.stderr).toContain('/dev/full: expected a place to write a report to, found no space left');
});

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

test.skipIf(!canMount)('the same on a file system that is full', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-full-'));
  const script = `mount -t tmpfs -o nr_inodes=1 none "$1" || exit 99
    "$2" "$3" compare "$4" "$5" --report json="$1/report.json"; echo "status $?"; ls -A "$1"`;
  try {
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', script, 'sh', dir, process.execPath, cliFile, pair.master, pair.replica],
      { encoding: 'utf8' },
    );
    expect([stdout, stderr]).toEqual(['status 3\n', expect.stringContaining('ENOSPC')]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
