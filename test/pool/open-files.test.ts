import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditPair } from '../../src/run/audit.js';
import { writeSide } from '../support/encode/write-side.js';

const openFiles = (): number => readdirSync('/proc/self/fd').length;

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-open-files-'));
  for (const side of ['master', 'replica']) writeSide(join(dir, side), { mailboxes: 4, messages: 3, seed: 1 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

// Threads keep the lists open from task to task, and are ended with the pool.
test('audits of one process leave no file open', async () => {
  const audit = () =>
    auditPair({ master: join(dir, 'master'), replica: join(dir, 'replica'), level: 'content', threads: 2 });
  await audit();
  const before = openFiles();
  for (let i = 0; i < 3; i++) expect((await audit()).verdict).toBe('clean');
  expect(openFiles()).toBeLessThan(before + 4);
});
