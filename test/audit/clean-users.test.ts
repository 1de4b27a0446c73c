/** A user is listed as clean only when nothing was found and everything was looked at. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { AuditOptions } from '../../src/audit/audit.js';
import { keepWhatWasSeen } from '../../src/audit/sightings.js';
import { emptyResult, type UnitResult } from '../../src/audit/unit-result.js';
import type { Report } from '../../src/generated/report.js';
import { auditInThread } from '../support/audit-in-thread.js';
import { mailboxDir } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';

let dir = '';
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Three users with two mailboxes each; `change` is what happened to the replica. */
async function auditAfter(change: (replica: string) => void, options: AuditOptions = {}): Promise<Report> {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-clean-users-'));
  const [master, replica] = [join(dir, 'master'), join(dir, 'replica')];
  writeSide(master, { mailboxes: 6, messages: 2, mailboxesPerUser: 2, seed: 1 });
  cpSync(master, replica, { recursive: true, preserveTimestamps: true });
  change(replica);
  return auditInThread({ master, replica }, { level: 'files', recheckDelay: 0, ...options });
}

const FOLDER = 'user.u000001.folder1';
const loseFile = (replica: string): void => rmSync(join(mailboxDir(replica, FOLDER), '1.'));
/** No read gives bytes of it, and nothing is said of what it holds. */
const hideIndex = (replica: string): void => {
  const index = join(mailboxDir(replica, FOLDER), 'cyrus.index');
  rmSync(index);
  mkdirSync(index);
};
const nothing = (): void => undefined;

test.each<[string, (replica: string) => void, AuditOptions, readonly string[] | undefined]>([
  ['all are', nothing, {}, ['u000000', 'u000001', 'u000002']],
  ['one with a finding in a mailbox is not', loseFile, {}, ['u000000', 'u000002']],
  ['nor at a second look', loseFile, { recheck: 1 }, ['u000000', 'u000002']],
  ['one of whom something was not audited is not', hideIndex, {}, ['u000000', 'u000002']],
  ['of a part of his mailboxes nobody is', nothing, { mailboxes: ['*'] }, undefined],
  ['the selected one is', nothing, { users: ['u000002'] }, ['u000002']],
])('%s', async (_, change, options, users) => {
  const { cleanUsers, counts } = await auditAfter(change, options);
  expect(cleanUsers).toEqual(users);
  expect(counts.users.clean).toBeGreaterThanOrEqual(users?.length ?? 0);
});

test.each([{}, { recheck: 1 }])('a mailbox that cannot be read is unaudited and not clean (%o)', async (options) => {
  const { unaudited, mailboxes, counts } = await auditAfter(hideIndex, options);
  expect([unaudited.map(({ mboxname }) => mboxname), mailboxes, counts.mailboxes.clean]).toEqual([[FOLDER], [], 5]);
});

test('nor is one of which only the finding was gone at the second look', () => {
  const result: UnitResult = {
    ...emptyResult(),
    mailboxes: [
      {
        mboxname: FOLDER,
        uniqueid: 'a',
        userid: 'u000001',
        class: 'safe',
        findings: [{ code: 'flags-pending', class: 'safe', uid: 2, facts: {} }],
        counts: { 'flags-pending': 1 },
      },
    ],
    unaudited: [{ what: 'message files', mboxname: FOLDER, reason: 'EACCES' }],
  };
  keepWhatWasSeen(result, []);
  expect([result.mailboxes, result.cleanMailboxes]).toEqual([[], 0]);
});
