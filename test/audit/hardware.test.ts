/** Signs of failing hardware: one makes its mailbox `admin`, two make the side `halt`, and so does one unstable read. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { auditSides, type AuditOptions } from '../../src/audit/audit.js';
import { closeTasks, runTask } from '../../src/audit/run-task.js';
import type { Report } from '../../src/generated/report.js';
import { toReply } from '../../src/pool/to-reply.js';
import { auditPair, auditSide } from '../../src/run/audit.js';
import type { ReadAgain } from '../../src/sources/read-again.js';
import { atRest } from '../support/at-rest.js';
import { editIndex, indexField, mailboxDir } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';

interface Pair {
  readonly master: string;
  readonly replica: string;
}

let dir = '';
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function makePair(mailboxes = 8): Pair {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-hardware-'));
  const pair = { master: join(dir, 'master'), replica: join(dir, 'replica') };
  writeSide(pair.master, { mailboxes, messages: 2, mailboxesPerUser: 4, seed: 1 });
  cpSync(pair.master, pair.replica, { recursive: true, preserveTimestamps: true });
  return pair;
}

const audit = (pair: Pair, options: AuditOptions = {}): Promise<Report> =>
  auditPair({ ...pair, level: 'index', threads: 1, ...options });

const INBOX = 'user.u000000';
const FOLDER = `${INBOX}.folder1`;
const OTHER = 'user.u000001.folder2';

const indexOf = (side: string, mboxname: string): string => join(mailboxDir(side, mboxname), 'cyrus.index');

function setSystemFlag(side: string, mboxname: string, bits = 0x200): void {
  editIndex(indexOf(side, mboxname), ({ records }) => {
    const { at } = indexField('record', 'systemFlags');
    records[0]!.writeUInt32BE((records[0]!.readUInt32BE(at) | bits) >>> 0, at);
  });
}

function setOption(side: string, mboxname: string): void {
  editIndex(indexOf(side, mboxname), ({ header }) => {
    const { at } = indexField('header', 'options');
    header.writeUInt32BE(header.readUInt32BE(at) | 0x100, at);
  });
}

/** As Cyrus would write it: with the checksum of the header in the index. */
function renameFlag(side: string, mboxname: string, to = '$Forwardee'): void {
  const path = join(mailboxDir(side, mboxname), 'cyrus.header');
  const bytes = Buffer.from(readFileSync(path, 'latin1').replace('$Forwarded', to), 'latin1');
  writeFileSync(path, bytes);
  editIndex(indexOf(side, mboxname), ({ header }) =>
    header.writeUInt32BE(crc32(bytes), indexField('header', 'headerFileCrc').at),
  );
}

const codesOf = (report: Report, mboxname: string): string[] =>
  report.mailboxes
    .filter((mailbox) => mailbox.mboxname === mboxname)
    .flatMap(({ findings }) => findings.map((f) => `${f.class} ${f.side ?? ''} ${f.code}`));

const sideCodes = (report: Report): string[] => report.findings.map((f) => `${f.class} ${f.side ?? ''} ${f.code}`);

describe.each(['master', 'replica'] as const)('on the %s', (side) => {
  test.each([
    ['a flag bit', setSystemFlag, 'undefined-system-flag'],
    ['an option bit', setOption, 'undefined-option'],
    ['a flag name', renameFlag, 'flag-name-one-bit-off'],
  ])('%s makes its mailbox admin', async (_, damage, code) => {
    const pair = makePair();
    damage(pair[side], FOLDER);
    const report = await audit(pair);
    expect(codesOf(report, FOLDER)).toContain(`admin ${side} ${code}`);
    expect([report.verdict, sideCodes(report)]).toEqual(['admin', []]);
  });

  test('two pieces make the side halt, for any number of threads', async () => {
    const pair = makePair(80);
    renameFlag(pair[side], FOLDER, '\\snswered');
    setSystemFlag(pair[side], 'user.u000019');
    const reports = [];
    for (const threads of [1, 2, 4]) reports.push(await audit(pair, { threads }));
    const [report] = reports as [Report];
    expect(report.verdict).toBe('halt');
    expect(report.findings).toEqual([
      {
        code: 'hardware-suspected',
        class: 'halt',
        side,
        facts: {
          pieces: 2,
          mailboxes: [FOLDER, 'user.u000019'],
          kinds: ['flag-name-one-bit-off', 'undefined-system-flag'],
          found: ['\\snswered', '0x00000200'],
        },
      },
    ]);
    expect(new Set(reports.map(({ findings, mailboxes }) => JSON.stringify([findings, mailboxes]))).size).toBe(1);
  });

  test('two mailboxes of one kind make the side halt', async () => {
    const pair = makePair();
    setSystemFlag(pair[side], FOLDER);
    setSystemFlag(pair[side], OTHER, 0x4000);
    expect(sideCodes(await audit(pair))).toEqual([`halt ${side} hardware-suspected`]);
  });

  test('a bit that is everywhere is one of a newer release', async () => {
    const pair = makePair(12);
    for (let user = 0; user < 3; user++) {
      for (let folder = 0; folder < 4; folder++)
        setSystemFlag(pair[side], `user.u00000${String(user)}${folder === 0 ? '' : `.folder${String(folder)}`}`);
    }
    const report = await audit(pair);
    expect([report.verdict, sideCodes(report)]).toEqual(['admin', []]);
    expect(report.counts.findings['undefined-system-flag']).toBe(12);
  });
});

test('one piece on each side is one piece of each machine', async () => {
  const pair = makePair();
  setSystemFlag(pair.master, FOLDER);
  setSystemFlag(pair.replica, OTHER);
  expect([(await audit(pair)).verdict, sideCodes(await audit(pair))]).toEqual(['admin', []]);
});

test('a damaged name that is the same on both sides is not passed over', async () => {
  const pair = makePair();
  for (const side of [pair.master, pair.replica]) renameFlag(side, FOLDER);
  for (const level of ['index', 'files'] as const) {
    const codes = codesOf(await audit(pair, { level }), FOLDER);
    for (const side of ['master', 'replica']) expect(codes).toContain(`admin ${side} flag-name-one-bit-off`);
  }
});

test('a single side', async () => {
  const { master } = makePair();
  setOption(master, FOLDER);
  const one = await auditSide({ side: master, level: 'index', threads: 1 });
  expect([one.verdict, sideCodes(one)]).toEqual(['admin', []]);
  setSystemFlag(master, OTHER);
  const two = await auditSide({ side: master, level: 'index', threads: 1 });
  expect([two.verdict, sideCodes(two)]).toEqual(['halt', ['halt single hardware-suspected']]);
});

/** Audits in this thread with another second read. */
function auditAgain(pair: Pair, readAgain: ReadAgain): Promise<Report> {
  const run = toReply((input: Parameters<typeof runTask>[0]) => runTask(input, readAgain));
  return auditSides(
    [
      { role: 'master', source: pair.master },
      { role: 'replica', source: pair.replica },
    ],
    { level: 'content', threads: 1 },
    {
      version: '0.0.0',
      startRunner: (plan) => ({
        run: (task) => Promise.resolve(run({ plan, task })),
        close: () => {
          closeTasks();
          return Promise.resolve();
        },
      }),
    },
  );
}

/** Reads what is on the disk, whatever its age, and flips a bit of the first byte the second time when told so. */
function rereads(options: { readonly flip: boolean }): { readonly read: ReadAgain; readonly paths: string[] } {
  const paths: string[] = [];
  return {
    paths,
    read: ({ path, start, length }, _, digest) => {
      paths.push(path);
      const bytes = readFileSync(path).subarray(start, length === undefined ? undefined : start + length);
      const flipped = Buffer.from(bytes);
      flipped[0]! ^= 0x10;
      return [
        { aroundCache: false, text: digest([bytes]) },
        { aroundCache: true, text: digest([options.flip ? flipped : bytes]) },
      ];
    },
  };
}

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
  atRest(path);
}

/** Where bytes may fail a check, and where the report then points. */
const FAILURES = [
  ['a record', (side: string) => [indexOf(side, FOLDER), 160 + 20, 160 + indexField('record', 'recordCrc').at]],
  ['an index header', (side: string) => [indexOf(side, FOLDER), 60, indexField('header', 'headerCrc').at]],
  ['cyrus.header', (side: string) => [join(mailboxDir(side, FOLDER), 'cyrus.header'), 150, 0]],
  ['a message', (side: string) => [join(mailboxDir(side, FOLDER), '2.'), 700, 0]],
  ['the mailbox list', (side: string) => [join(side, 'conf/mailboxes.db'), 300, 0]],
] as const;

describe.each(FAILURES)('%s that fails its check', (_, where) => {
  test('and reads otherwise the second time is an unstable read', async () => {
    const pair = makePair();
    const [file, at, offset] = where(pair.master) as [string, number, number];
    flipBit(file, at);
    const { read } = rereads({ flip: true });
    const report = await auditAgain(pair, read);
    const found = report.findings.filter(({ code }) => code === 'unstable-read');
    expect(found).toMatchObject([{ class: 'halt', side: 'master', facts: { file, offset, aroundCache: true } }]);
    expect(found[0]!.facts['first']).not.toBe(found[0]!.facts['then']);
    expect(report.verdict).toBe('halt');
  });

  test('and reads the same again is damage, no more', async () => {
    const pair = makePair();
    const [file, at] = where(pair.replica) as [string, number];
    flipBit(file, at);
    const { read, paths } = rereads({ flip: false });
    const report = await auditAgain(pair, read);
    expect(new Set(paths)).toEqual(new Set([file]));
    expect(paths.length).toBeLessThanOrEqual(4);
    expect(sideCodes(report).filter((code) => code.endsWith('unstable-read'))).toEqual([]);
  });
});

test('a first read that was wrong shows as well', async () => {
  const pair = makePair();
  flipBit(indexOf(pair.master, FOLDER), 160 + 20);
  const report = await auditAgain(pair, ({ path, start, length = 0 }, _, digest) => {
    const bytes = readFileSync(path).subarray(start, start + length);
    bytes[20]! ^= 1;
    return [{ aroundCache: false, text: digest([bytes]) }];
  });
  const [found] = report.findings.filter(({ code }) => code === 'unstable-read');
  expect(found?.facts).toMatchObject({ aroundCache: false });
});

test('a pair that is sound is not read again', async () => {
  const { read, paths } = rereads({ flip: true });
  const report = await auditAgain(makePair(), read);
  expect([report.verdict, paths]).toEqual(['clean', []]);
});

test('what cannot be proven is told as it was before', async () => {
  const pair = makePair();
  flipBit(indexOf(pair.master, FOLDER), 160 + 20);
  const reports = [await auditAgain(pair, () => []), await auditAgain(pair, rereads({ flip: false }).read)];
  for (const report of reports) expect(codesOf(report, FOLDER)).toContain('admin master record-crc-mismatch');
  expect(reports[0]!.findings).toEqual(reports[1]!.findings);
});
