/** A damaged message file stops its user exactly when replication has to read it. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { auditPair } from '../../src/run/audit.js';
import { unpackPair } from '../support/fixture.js';

/** Effects of the missing file of one UID in the INBOX of `a`. */
async function effectsWithout(name: string, side: 'master' | 'replica', uid: number): Promise<readonly string[]> {
  const pair = await unpackPair(name);
  try {
    const uniqueid = pair.case.after[side].mailboxes['user.a']!.uniqueid;
    const directory = join(pair[side], 'spool/uuid', uniqueid[0]!, uniqueid[1]!, uniqueid);
    expect(readdirSync(directory)).toContain(`${String(uid)}.`);
    rmSync(join(directory, `${String(uid)}.`));
    const report: Report = await auditPair({ master: pair.master, replica: pair.replica, level: 'files', threads: 1 });
    const mailbox = report.mailboxes.find(({ mboxname }) => mboxname === 'user.a');
    return mailbox?.findings.find(({ code }) => code === 'message-file-missing')?.effects ?? [];
  } finally {
    await pair.dispose();
  }
}

test.each([
  ['in-sync', 'master', 1, 'unseen'],
  ['in-sync', 'replica', 1, 'unseen'],
  ['replica-missing-newest', 'master', 1, 'unseen'],
  ['replica-missing-newest', 'master', 4, 'blocked'],
  ['replica-append-only', 'replica', 4, 'blocked'],
  ['replica-append-only', 'replica', 1, 'unseen'],
  ['splitbrain-append-uneven', 'master', 4, 'blocked'],
  ['splitbrain-append-uneven', 'replica', 4, 'blocked'],
  ['flags-newer-master', 'master', 2, 'unseen'],
] as const)('%s, %s uid %i: %s', async (name, side, uid, effect) => {
  expect(await effectsWithout(name, side, uid)).toEqual([effect]);
});
