import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditInThread } from '../support/audit-in-thread.js';
import { mailboxDir } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';

let dir: string;
let pair: { readonly master: string; readonly replica: string };
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-files-'));
  pair = { master: join(dir, 'master'), replica: join(dir, 'replica') };
  writeSide(pair.master, { mailboxes: 6, messages: 5, seed: 1, mailboxesPerUser: 3 });
  cpSync(pair.master, pair.replica, { recursive: true, preserveTimestamps: true });
  for (const uid of [2, 3]) rmSync(join(mailboxDir(pair.replica, 'user.u000000.folder1'), `${String(uid)}.`));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

test.each(['files', 'content'] as const)('at level %s a file that is missing was not seen', async (level) => {
  const { counts, sides } = await auditInThread(pair, { level });
  expect(counts.findings['message-file-missing']).toBe(2);
  expect(counts.files).toEqual({ master: 30, replica: 28 });
  expect(sides.map(({ files }) => files)).toEqual([30, 28]);
});

test('of a file that is missing neither name nor size was looked at', async () => {
  const { subset } = await auditInThread(pair, { level: 'content', subset: { part: 1, of: 1000000 } });
  expect(subset?.notHashed).toEqual({ master: 30, replica: 28 });
});
