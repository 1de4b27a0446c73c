import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openMasterUnits } from '../../src/run/master-units.js';
import { buildTwoskip } from '../support/build-twoskip.js';
import { encodeMbentry } from '../support/encode/encode-mbentry.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-master-'));
  for (const path of ['conf', 'spool']) mkdirSync(join(dir, path));
  writeFileSync(join(dir, 'imapd.conf'), 'configdirectory: conf\npartition-default: spool\nvirtdomains: userid\n');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Writes a list of these names. @param mbtypes by name; `d` is a tombstone */
function units(names: readonly string[], mbtypes: Readonly<Record<string, string>> = {}): string[] {
  const rows = names.flatMap((mboxname, n) => {
    const mbtype = mbtypes[mboxname] ?? 'e';
    return encodeMbentry({ mboxname, uniqueid: `id${String(n)}`, partition: 'default', mbtype });
  });
  rows.sort(([a], [b]) => a.compare(b));
  writeFileSync(join(dir, 'conf/mailboxes.db'), buildTwoskip(rows));
  const master = openMasterUnits({ role: 'master', source: dir });
  try {
    return [...master.units()].map((unit) => (unit.kind === 'user' ? `user ${unit.userid}` : unit.mboxname)).sort();
  } finally {
    master.close();
  }
}

test('users with an INBOX and shared mailboxes, each once', () => {
  const names = [
    'user.ada',
    'user.ada.Work',
    'user.ben',
    'news',
    'news.old',
    'example.com!user.cyd',
    'example.com!news',
  ];
  expect(units(names)).toEqual([
    'example.com!news',
    'news',
    'news.old',
    'user ada',
    'user ben',
    'user cyd@example.com',
  ]);
});

test('no user who was deleted, and no delayed-delete copy in any domain', () => {
  const names = [
    'DELETED.news.6B00FA8B',
    'DELETED.user.dee.6B00FA8B',
    'example.com!DELETED.news.6B00FA8B',
    'user.eli.Work',
    'user.fay',
    // A mailbox like any other: no time behind it.
    'DELETED.plans',
  ];
  expect(units(names, { 'user.fay': 'd' })).toEqual(['DELETED.plans']);
});

test('a list that cannot be read is an error with advice', () => {
  writeFileSync(join(dir, 'conf/mailboxes.db'), 'no database at all');
  expect(() => openMasterUnits({ role: 'master', source: dir })).toThrow(
    /mailboxes\.db: the mailbox list cannot be read/,
  );
});
