/** What the releases make of a mailbox or a user whom the master does not list, on recorded pairs. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EngineVersion } from '../../src/replication/engine.js';
import { auditPair } from '../../src/run/audit.js';
import { unpackPair } from '../support/fixture.js';

type Effects = Record<string, readonly string[]>;

/** Codes of findings about missing or conflicting mailboxes with their effects, and the verdict. */
async function judge(name: string, engine: EngineVersion | undefined, withLog = true): Promise<[string, Effects]> {
  const pair = await unpackPair(name);
  try {
    if (!withLog) rmSync(join(pair.master, 'conf/sync'), { recursive: true });
    const { master, replica } = pair;
    const report = await auditPair({ master, replica, threads: 1, ...(engine === undefined ? {} : { engine }) });
    const all = [...report.findings, ...[...report.mailboxes, ...report.users].flatMap(({ findings }) => findings)];
    return [report.verdict, Object.fromEntries(all.map(({ code, effects = [] }) => [code, effects]))];
  } finally {
    await pair.dispose();
  }
}

test.each<[EngineVersion | undefined, string]>([
  ['2.4', 'mailbox-destroyed-without-tombstone'],
  ['2.5', 'mailbox-destroyed-without-tombstone'],
  ['3.0', 'mailbox-destroyed-without-tombstone'],
  ['3.2', 'mailbox-destroyed-without-tombstone'],
  ['3.4', 'mailbox-only-on-replica'],
  ['3.6', 'mailbox-only-on-replica'],
  ['3.12', 'mailbox-only-on-replica'],
  [undefined, 'mailbox-only-on-replica'],
])('engine %s: a mailbox without entry and tombstone is %s', async (engine, code) => {
  const [verdict, codes] = await judge('extra-mailbox-replica', engine);
  expect(verdict).toBe('admin');
  expect(codes).toMatchObject({ [code]: [code === 'mailbox-only-on-replica' ? 'none' : 'delete-on-replica'] });
});

// The recorded log has a line USER for him.
test.each<[EngineVersion, string, string, string]>([
  ['2.4', 'user-wiped-by-sync', 'halt', 'unuser-would-destroy-user'],
  ['2.5', 'user-only-on-replica', 'admin', 'user-only-on-replica'],
  ['3.0', 'user-wiped-by-sync', 'halt', 'unuser-would-destroy-user'],
  ['3.6', 'user-only-on-replica', 'admin', 'user-only-on-replica'],
])('engine %s: a user without INBOX is %s; named by the log, %s: %s', async (engine, quiet, verdict, loud) => {
  const [quietVerdict, codes] = await judge('extra-user-replica', engine, false);
  expect([quietVerdict, Object.keys(codes)]).toEqual(['admin', [quiet]]);
  const [loudVerdict, loudCodes] = await judge('extra-user-replica', engine);
  expect([loudVerdict, Object.keys(loudCodes)]).toEqual([verdict, expect.arrayContaining([loud])]);
});

test.each<[EngineVersion, string]>([
  ['2.4', 'refused'],
  ['3.4', 'refused'],
  ['3.6', 'replaced'],
  ['3.12', 'replaced'],
])('engine %s: an unused mailbox in the way is %s', async (engine, fate) => {
  const [verdict, codes] = await judge('uniqueid-both-empty', engine);
  const code = fate === 'refused' ? 'uniqueid-conflict' : 'empty-replica-mailbox-replaced';
  expect(Object.keys(codes)).toContain(code);
  expect(verdict).toBe(fate === 'refused' ? 'admin' : 'safe');
});

test.each<EngineVersion>(['2.4', '2.5', '3.0'])('a message only on the replica, from %s to 3.6', async (engine) => {
  const [verdict, codes] = await judge('replica-append-only', engine);
  expect(codes).toMatchObject({ 'copyback-refused': ['blocked'] });
  expect(codes).not.toHaveProperty('record-only-on-replica');
  expect(verdict).toBe('admin');
});

test('the same between equal releases is copied back', async () => {
  const [verdict, codes] = await judge('replica-append-only', undefined);
  expect([verdict, codes['record-only-on-replica']]).toEqual(['safe', ['copy-back-to-master']]);
});
