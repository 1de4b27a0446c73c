import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal } from '../../src/reinject/journal.js';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-journal-'));
  file = join(dir, 'journal');
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const placed = { mailbox: 'INBOX', uidvalidity: '7', uid: 3 };

test('what was begun and what was done is known to the next run', () => {
  const first = Journal.open(file, false);
  first.intend('ada', 'a1', []);
  const done = first.finish('ada', 'a1', placed);
  first.intend('ada', 'a2', [done]);
  first.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const next = Journal.open(file, false);
  expect([next.placed('ada', 'a1'), next.placed('ada', 'a2'), next.placed('ben', 'a1')]).toEqual([
    placed,
    undefined,
    undefined,
  ]);
  expect([next.hasOpen('ada'), next.hasOpen('ben')]).toEqual([true, false]);
  next.write([next.finish('ada', 'a2', placed)]);
  next.close();
  expect(Journal.open(file, true).hasOpen('ada')).toBe(false);
});

test('half a line at the end is passed over, and ended before another is written', () => {
  const first = Journal.open(file, false);
  first.intend('ada', 'a1', []);
  first.close();
  writeFileSync(file, '{"state":"do', { flag: 'a' });
  const next = Journal.open(file, false);
  next.write([next.finish('ada', 'a1', placed)]);
  next.close();
  expect(Journal.open(file, true).placed('ada', 'a1')).toEqual(placed);
});

test('a plan writes nothing', () => {
  const plan = Journal.open(file, true);
  plan.intend('ada', 'a1', []);
  plan.close();
  expect(() => readFileSync(file)).toThrow(/ENOENT/);
});

test('a file that is no journal is refused, and stays as it is', () => {
  writeFileSync(file, 'my diary\n');
  expect(() => Journal.open(file, false)).toThrow(
    /journal:1: expected a line of a journal of reinject, found "my diary"/,
  );
  expect(readFileSync(file, 'utf8')).toBe('my diary\n');
  expect(() => Journal.open(join(dir, 'none/journal'), false)).toThrow(/--journal .*ENOENT/);
});
