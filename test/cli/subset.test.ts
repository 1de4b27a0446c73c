import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dueSubset, noteSubset } from '../../src/cli/subset-state.js';
import type { Report } from '../../src/generated/report.js';
import { runCli } from '../support/cli.js';
import { editIndex, indexField, mailboxDir } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';

let dir = '';
const MAILBOXES = 8;
const MESSAGES = 20;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-subset-'));
  writeSide(join(dir, 'master'), {
    mailboxes: MAILBOXES,
    messages: MESSAGES,
    mailboxesPerUser: 4,
    seed: 1,
    files: true,
  });
  cpSync(join(dir, 'master'), join(dir, 'replica'), { recursive: true, preserveTimestamps: true });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const compare = (...args: readonly string[]) =>
  runCli(['compare', join(dir, 'master'), join(dir, 'replica'), '--report', 'json', ...args]);

describe('--subset', () => {
  test('every message is in exactly one part, on both sides in the same one', () => {
    const path = join(mailboxDir(join(dir, 'master'), 'user.u000001'), '7.');
    const sound = readFileSync(path);
    writeFileSync(path, Buffer.from(sound).fill('x', 10, 12));
    const reports = [1, 2, 3].map(
      (n) => JSON.parse(compare('--level', 'content', '--subset', `${String(n)}/3`).stdout) as Report,
    );
    writeFileSync(path, sound);
    const finders = reports.filter(({ counts }) => counts.findings['message-file-altered'] === 1);
    expect(finders).toHaveLength(1);
    const left = reports.map(({ subset }) => subset!.notHashed.master!);
    expect(left[0]! + left[1]! + left[2]!).toBe(2 * MAILBOXES * MESSAGES);
    for (const { subset, complete } of reports) {
      expect(subset!.notHashed.replica).toBe(subset!.notHashed.master);
      expect(complete).toBe(true);
    }
  });

  test('the text says what was left', () => {
    const sides = [join(dir, 'master'), join(dir, 'replica')];
    const { stdout } = runCli(['compare', ...sides, '--level', 'content', '--subset', '2/5']);
    expect(stdout).toMatch(/part 2 of 5 was hashed; of 2\d\d message files only name and size were looked at/);
  });

  test.each([
    [['--subset', '1/3'], /nothing is hashed at level files/],
    [['--level', 'content', '--subset', '4/3'], /such as 3\/7/],
    [['--level', 'content', '--subset', '0/3'], /such as 3\/7/],
    [['--level', 'content', '--subset-state', 'x'], /needs --subset/],
  ])('%j is refused', (args, why) => {
    const { status, stderr } = compare(...args);
    expect(status).toBe(3);
    expect(stderr).toMatch(why);
  });
});

describe('--hash-since', () => {
  test('only messages that changed since are hashed, and the report says so', () => {
    const path = join(mailboxDir(join(dir, 'master'), 'user.u000001'), '7.');
    const sound = readFileSync(path);
    writeFileSync(path, Buffer.from(sound).fill('x', 10, 12));
    const index = (role: string): string => join(mailboxDir(join(dir, role), 'user.u000000'), 'cyrus.index');
    const before = ['master', 'replica'].map((role) => readFileSync(index(role)));
    const all = MAILBOXES * MESSAGES;
    try {
      const report = (since: string): Report =>
        JSON.parse(compare('--level', 'content', '--hash-since', since).stdout) as Report;
      const altered = ({ counts }: Report): number | undefined => counts.findings['message-file-altered'];
      const early = report('2001-01-01');
      expect([altered(early), early.hashedSince]).toEqual([
        1,
        { time: '2001-01-01T00:00:00.000Z', notHashed: { master: 0, replica: 0 } },
      ]);
      const late = report('1d');
      expect([altered(late), late.hashedSince!.notHashed]).toEqual([undefined, { master: all, replica: all }]);
      // One message changes on both sides.
      for (const role of ['master', 'replica'])
        editIndex(index(role), ({ records }) => {
          records[2]!.writeUInt32BE(Math.floor(Date.now() / 1000), indexField('record', 'lastUpdated').at);
        });
      expect(report('1d').hashedSince!.notHashed).toEqual({ master: all - 1, replica: all - 1 });
      const { stdout } = runCli([
        'compare',
        join(dir, 'master'),
        join(dir, 'replica'),
        '--level',
        'content',
        '--hash-since',
        '1d',
      ]);
      expect(stdout).toMatch(/what changed since 20\d\d-[^ ]*Z was hashed; of 31\d message files only name and size/);
    } finally {
      writeFileSync(path, sound);
      for (const [n, role] of ['master', 'replica'].entries()) writeFileSync(index(role), before[n]!);
    }
  });

  test.each([
    [['--hash-since', '7d'], /nothing is hashed at level files/],
    [['--level', 'content', '--hash-since', 'yesterday'], /such as 2026-11-20/],
    [['--level', 'content', '--hash-since', '2099-01-01'], /in the past/],
    [['--level', 'content', '--hash-since', '2026-13-01'], /such as/],
  ])('%j is refused', (args, why) => {
    const { status, stderr } = compare(...args);
    expect([status, stderr]).toEqual([3, expect.stringMatching(why)]);
  });
});

describe('--subset-state', () => {
  test('takes the parts in turn, and keeps its place', () => {
    const state = join(dir, 'state.json');
    const parts = [1, 2, 3, 4].map(
      () =>
        (JSON.parse(compare('--level', 'content', '--subset', '2/3', '--subset-state', state).stdout) as Report).subset!
          .part,
    );
    expect(parts).toEqual([2, 3, 1, 2]);
  });

  test('a part that was not finished is due again', () => {
    const state = join(dir, 'unfinished.json');
    const { status } = compare(
      '--level',
      'content',
      '--subset',
      '1/3',
      '--subset-state',
      state,
      '--max-duration',
      '1s',
      '--recheck',
      '0',
    );
    expect(existsSync(state)).toBe(status === 0);
  });

  test('the one that was not hashed for longest', () => {
    const state = join(dir, 'due.json');
    for (const [part, day] of [
      [1, '2026-11-03'],
      [2, '2026-11-01'],
      [3, '2026-11-02'],
    ] as const)
      noteSubset(state, { part, of: 3 }, new Date(day));
    expect(dueSubset(state, { part: 1, of: 3 })).toEqual({ part: 2, of: 3 });
    expect(dueSubset(state, { part: 4, of: 9 })).toEqual({ part: 4, of: 9 });
  });

  test.each([
    ['[]', /file must be object, found a list/],
    ['{"of":3,"hashed":{"1":"yesterday"}}', /file\/hashed\/1 must match format "date-time", found "yesterday"/],
    ['{"of":"3","hashed":{}}', /file\/of must be integer, found "3"/],
    ['{"of":3', /found .*/],
  ])('a file with %s is refused by name, and told what is wrong with it', (text, problem) => {
    const state = join(dir, 'spoilt.json');
    writeFileSync(state, text);
    const read = () => dueSubset(state, { part: 1, of: 3 });
    expect(read).toThrow(problem);
    expect(read).toThrow(`${state}: expected what an earlier run has written for --subset-state`);
  });

  test('a file of something else is not overwritten', () => {
    const file = join(dir, 'notes.txt');
    writeFileSync(file, 'mine');
    const { status, stderr } = compare('--level', 'content', '--subset', '1/3', '--subset-state', file);
    expect([status, readFileSync(file, 'utf8')]).toEqual([3, 'mine']);
    expect(stderr).toContain('expected what an earlier run has written');
    expect(compare('--level', 'content', '--subset', '1/3', '--subset-state', join(dir, 'master/s')).stderr).toMatch(
      /outside both sides/,
    );
  });
});
