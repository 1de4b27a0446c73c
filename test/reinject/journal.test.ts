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

test('what was begun and what was done is known to the next run', async () => {
  const first = Journal.open(file, 'imap:143', false);
  await first.intend('ada', 'a1', []);
  const done = first.finish('ada', 'a1', placed);
  await first.intend('ada', 'a2', [done]);
  first.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const next = Journal.open(file, 'imap:143', false);
  expect([next.placed('ada', 'a1'), next.placed('ada', 'a2'), next.placed('ben', 'a1')]).toEqual([
    { mailbox: 'INBOX', uidvalidity: '7' },
    undefined,
    undefined,
  ]);
  expect([next.hasOpen('ada'), next.hasOpen('ben')]).toEqual([true, false]);
  await next.write([next.finish('ada', 'a2', placed)]);
  next.close();
  expect(Journal.open(file, 'imap:143', true).hasOpen('ada')).toBe(false);
});

test('half a line at the end is passed over, and ended before another is written', async () => {
  const first = Journal.open(file, 'imap:143', false);
  await first.intend('ada', 'a1', []);
  first.close();
  writeFileSync(file, '{"state":"do', { flag: 'a' });
  const next = Journal.open(file, 'imap:143', false);
  await next.write([next.finish('ada', 'a1', placed)]);
  next.close();
  expect(Journal.open(file, 'imap:143', true).placed('ada', 'a1')).toEqual({ mailbox: 'INBOX', uidvalidity: '7' });
});

test('what was put into another server says nothing of this one', async () => {
  const first = Journal.open(file, 'rehearsal:143', false);
  await first.intend('ada', 'a1', []);
  await first.write([first.finish('ada', 'a1', placed)]);
  await first.intend('ada', 'a2', []);
  first.close();
  const other = Journal.open(file, 'imap:143', true);
  expect([other.placed('ada', 'a1'), other.hasOpen('ada')]).toEqual([undefined, false]);
  expect(Journal.open(file, 'rehearsal:143', true).hasOpen('ada')).toBe(true);
});

test('lines that come in pieces, and a file without lines', async () => {
  const mailbox = 'INBOX.ü'.repeat(2000);
  const first = Journal.open(file, 'imap:143', false);
  for (let n = 0; n < 30; n++) await first.write([first.finish('ada', `a${n}`, { ...placed, mailbox })]);
  first.close();
  const next = Journal.open(file, 'imap:143', true);
  for (let n = 0; n < 30; n++) expect(next.placed('ada', `a${n}`)?.mailbox).toBe(mailbox);
  writeFileSync(file, `{${'x'.repeat(500_000)}`);
  expect(() => Journal.open(file, 'imap:143', false)).toThrow(/journal:1: expected a line of a journal/);
});

test('a plan writes nothing', async () => {
  const plan = Journal.open(file, 'imap:143', true);
  await plan.intend('ada', 'a1', []);
  plan.close();
  expect(() => readFileSync(file)).toThrow(/ENOENT/);
});

test('a file that is no journal is refused, and stays as it is', () => {
  writeFileSync(file, 'my diary\n');
  expect(() => Journal.open(file, 'imap:143', false)).toThrow(
    /journal:1: expected a line of a journal of reinject, found "my diary"/,
  );
  expect(readFileSync(file, 'utf8')).toBe('my diary\n');
  expect(() => Journal.open(join(dir, 'none/journal'), 'imap:143', false)).toThrow(/--journal .*ENOENT/);
});

test('what comes at the same time is all there, each before it is promised', async () => {
  const first = Journal.open(file, 'imap:143', false);
  const users = [...Array(8).keys()].map((n) => `user u${n}`);
  await Promise.all(
    users.map(async (user) => {
      let before: string[] = [];
      for (const guid of ['a1', 'a2', 'a3']) {
        await first.intend(user, guid, before);
        const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
        expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
          expect.objectContaining({ state: 'intent', account: user, guid }),
        );
        before = [first.finish(user, guid, placed)];
      }
      await first.write(before);
    }),
  );
  first.close();
  const next = Journal.open(file, 'imap:143', true);
  for (const user of users) {
    expect(next.hasOpen(user)).toBe(false);
    for (const guid of ['a1', 'a2', 'a3'])
      expect(next.placed(user, guid)).toEqual({ mailbox: 'INBOX', uidvalidity: '7' });
  }
});
