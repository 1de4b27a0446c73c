/** Which copy is right: where the intact file of a damaged message lies. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { auditInThread } from '../support/audit-in-thread.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';

let pair: UnpackedPair;
beforeEach(async () => {
  pair = await unpackPair('in-sync');
});
afterEach(() => pair.dispose());

type Role = 'master' | 'replica';
const fileOf = (side: Role, uid: number): string => {
  const { uniqueid } = pair.case.after[side].mailboxes['user.a']!;
  return join(pair[side], 'spool/uuid', uniqueid[0]!, uniqueid[1]!, uniqueid, `${String(uid)}.`);
};
const flipByte = (path: string): void => {
  const bytes = readFileSync(path);
  bytes[10]! ^= 1;
  writeFileSync(path, bytes);
};
const audit = (level: 'files' | 'content'): Promise<Report> => auditInThread(pair, { level });
const told = ({ mailboxes, counts }: Report): unknown => ({
  atRisk: counts.atRisk,
  copies: mailboxes.flatMap(({ findings }) =>
    findings.map(({ code, side, uid, facts }) => [code, side, uid, facts['copy']]),
  ),
});

describe.each([
  ['master', 'replica'],
  ['replica', 'master'],
] as const)('a file of the %s', (side, other) => {
  test('that is gone: the other side has it', async () => {
    rmSync(fileOf(side, 2));
    expect(told(await audit('files'))).toEqual({
      atRisk: 0,
      copies: [['message-file-missing', side, 2, fileOf(other, 2)]],
    });
  });

  test('that was altered: found and healed at level content alone', async () => {
    flipByte(fileOf(side, 2));
    expect(told(await audit('files'))).toEqual({ atRisk: 0, copies: [] });
    expect(told(await audit('content'))).toEqual({
      atRisk: 0,
      copies: [['message-file-altered', side, 2, fileOf(other, 2)]],
    });
  });
});

test('a copy that is damaged itself is none', async () => {
  rmSync(fileOf('master', 2));
  flipByte(fileOf('replica', 2));
  expect(told(await audit('content'))).toEqual({
    atRisk: 1,
    copies: [
      ['message-file-altered', 'replica', 2, 'none'],
      ['message-file-missing', 'master', 2, 'none'],
    ],
  });
  // Nobody hashed the file of the replica but to see whether it is a copy.
  expect(told(await audit('files'))).toEqual({ atRisk: 1, copies: [['message-file-missing', 'master', 2, 'none']] });
});

test.each(['stage.', 'sync.'])('a message that nobody has but a staged file of %s', async (name) => {
  const intact = readFileSync(fileOf('master', 2));
  for (const side of ['master', 'replica'] as const) rmSync(fileOf(side, 2));
  expect((await audit('files')).counts.atRisk).toBe(1);
  const staging = join(pair.replica, 'spool', name);
  mkdirSync(join(staging, '4711'), { recursive: true });
  mkdirSync(join(staging, 'a-directory'));
  writeFileSync(join(staging, 'other'), 'From: ');
  writeFileSync(join(staging, 'damaged'), Buffer.from(intact).fill('x', 3, 4));
  expect((await audit('files')).counts.atRisk).toBe(1);
  const staged = join(staging, '4711', '12345-1');
  writeFileSync(staged, intact);
  expect(told(await audit('files'))).toEqual({
    atRisk: 0,
    copies: [
      ['message-file-missing', 'master', 2, staged],
      ['message-file-missing', 'replica', 2, staged],
    ],
  });
});

test('a file that is cut, on both sides', async () => {
  for (const side of ['master', 'replica'] as const) writeFileSync(fileOf(side, 1), 'From: ');
  const report = await audit('files');
  expect(report.counts.atRisk).toBe(1);
  expect(report.counts.findings).toMatchObject({ 'message-file-size': 2 });
  copyFileSync(fileOf('master', 2), fileOf('master', 1));
  expect((await audit('files')).counts.atRisk).toBe(1);
});
