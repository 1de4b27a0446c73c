/** Annotations that belong to no mailbox, on sides that were made for it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { auditPair, type AuditOptions } from '../../src/run/audit.js';
import { atRest } from '../support/at-rest.js';
import { editRows } from '../support/edit-side.js';
import { encodeFlat } from '../support/encode/encode-flat.js';
import { encodeSkiplist } from '../support/encode/encode-skiplist.js';
import { writeSide } from '../support/encode/write-side.js';

const disposals: (() => void)[] = [];
afterEach(() => {
  for (const dispose of disposals.splice(0)) dispose();
});

interface Pair {
  readonly master: string;
  readonly replica: string;
}

function makePair(): Pair {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-server-annotations-'));
  disposals.push(() => rmSync(dir, { recursive: true, force: true }));
  const pair = { master: join(dir, 'master'), replica: join(dir, 'replica') };
  writeSide(pair.master, { mailboxes: 2, messages: 1, seed: 1 });
  cpSync(pair.master, pair.replica, { recursive: true, preserveTimestamps: true });
  return pair;
}

const keyOf = (entry: string, userid = ''): string => `\0${entry}\0${userid}\0`;

function valueOf(value: string): string {
  const length = Buffer.alloc(8);
  length.writeUInt32BE(value.length);
  return `${length.toString('latin1')}${value}\0text/plain\0${'\0'.repeat(17)}`;
}

const set = (side: string, entry: string, value: string, userid = ''): void => {
  editRows(side, (rows) => rows.set(keyOf(entry, userid), valueOf(value)), 'annotations.db');
};

function writeLog({ master }: Pair, text: string): void {
  mkdirSync(join(master, 'conf/sync'), { recursive: true });
  writeFileSync(join(master, 'conf/sync/log'), text);
  for (const path of ['conf/sync/log', 'conf/sync']) atRest(join(master, path));
}

const LINE = 'ANNOTATION ""\n';
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const audit = ({ master, replica }: Pair, options: AuditOptions = {}): Promise<Report> =>
  auditPair({ master, replica, level: 'index', threads: 1, ...options });

const said = ({ findings }: Report): string[] =>
  findings.map(({ class: of, code, facts }) => `${of} ${code} ${String(facts['entries'])}`);

const NOT_CARRIED = 'safe server-annotations-not-carried';
const PENDING = 'safe server-annotations-pending';
const LOST = 'admin server-annotations-lost-on-replica';

test.each(['index', 'files', 'content'] as const)('at level %s', async (level) => {
  const pair = makePair();
  set(pair.master, '/comment', 'a');
  const report = await audit(pair, { level });
  expect([report.verdict, report.complete, said(report)]).toEqual(['safe', true, [`${NOT_CARRIED} /shared/comment`]]);
});

describe('without a line', () => {
  test('the same on both is nothing', async () => {
    const pair = makePair();
    for (const side of [pair.master, pair.replica]) set(side, '/comment', 'a', 'ada');
    expect((await audit(pair)).verdict).toBe('clean');
  });

  test('nor is what is empty', async () => {
    const pair = makePair();
    set(pair.replica, '/comment', '');
    expect((await audit(pair)).verdict).toBe('clean');
  });

  test("the replica's own needs a person", async () => {
    const pair = makePair();
    set(pair.master, '/comment', 'a');
    set(pair.replica, '/comment', 'b');
    set(pair.master, '/admin', 'mailto:a@example.com');
    set(pair.replica, '/comment', 'mine', 'ada');
    expect(said(await audit(pair))).toEqual([
      `${LOST} /private/comment (ada),/shared/comment`,
      `${NOT_CARRIED} /shared/admin`,
    ]);
  });

  test('a line for a mailbox carries no other', async () => {
    const pair = makePair();
    set(pair.master, '/comment', 'a');
    writeLog(pair, 'ANNOTATION user.u000000\n');
    expect(said(await audit(pair))).toEqual([`${NOT_CARRIED} /shared/comment`]);
  });

  test('the other side has no database', async () => {
    const pair = makePair();
    set(pair.master, '/comment', 'a');
    rmSync(join(pair.replica, 'conf/annotations.db'));
    expect(said(await audit(pair))).toEqual([`${NOT_CARRIED} /shared/comment`]);
  });
});

describe('with a line', () => {
  test('what only the master has is carried', async () => {
    const pair = makePair();
    set(pair.master, '/comment', 'a');
    writeLog(pair, LINE);
    const report = await audit(pair);
    expect([report.verdict, said(report)]).toEqual(['safe', [`${PENDING} /shared/comment`]]);
  });

  test('a value that the master never had is lost', async () => {
    const pair = makePair();
    set(pair.master, '/comment', 'a');
    set(pair.replica, '/comment', 'b');
    set(pair.replica, '/comment', 'mine', 'ada');
    set(pair.master, '/admin', 'mailto:a@example.com');
    writeLog(pair, LINE);
    expect(said(await audit(pair))).toEqual([
      `${LOST} /private/comment (ada),/shared/comment`,
      `${PENDING} /shared/admin`,
    ]);
  });

  test('one that it had is lag, changed or removed', async () => {
    const pair = makePair();
    set(pair.replica, '/comment', 'a');
    set(pair.replica, '/comment', 'mine', 'ada');
    const [comment, ada] = [bytes(keyOf('/comment')), bytes(keyOf('/comment', 'ada'))];
    const path = join(pair.master, 'conf/annotations.db');
    writeFileSync(
      path,
      encodeSkiplist(
        [
          [comment, bytes(valueOf('a'))],
          [ada, bytes(valueOf('mine'))],
        ],
        [[[comment, bytes(valueOf('b'))]], [[ada, undefined]]],
      ),
    );
    atRest(path);
    writeLog(pair, LINE);
    const report = await audit(pair);
    expect([report.verdict, said(report)]).toEqual(['safe', [`${PENDING} /private/comment (ada),/shared/comment`]]);
  });

  test('a format that keeps no old records proves nothing', async () => {
    const pair = makePair();
    set(pair.replica, '/comment', 'a');
    const path = join(pair.master, 'conf/annotations.db');
    writeFileSync(path, encodeFlat([[bytes(keyOf('/comment')), bytes(valueOf('b'))]]));
    atRest(path);
    writeLog(pair, LINE);
    expect(said(await audit(pair))).toEqual([`${PENDING} /shared/comment`]);
  });

  test('not in every channel', async () => {
    const pair = makePair();
    set(pair.master, '/comment', 'a');
    const conf = join(pair.master, 'imapd.conf');
    writeFileSync(conf, `${readFileSync(conf, 'utf8')}sync_log: on\nsync_log_channels: one two\n`);
    for (const channel of ['one', 'two']) {
      const dir = join(pair.master, 'conf/sync', channel);
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'log'), channel === 'one' ? LINE : 'USER u000000\n');
    }
    expect(said(await audit(pair))).toEqual([`${NOT_CARRIED} /shared/comment`]);
    writeFileSync(join(pair.master, 'conf/sync/two/log'), LINE);
    expect(said(await audit(pair))).toEqual([`${PENDING} /shared/comment`]);
  });
});

describe('nothing is said', () => {
  test.each(['master', 'replica'] as const)('of a damaged database of the %s', async (side) => {
    const pair = makePair();
    set(pair.master, '/comment', 'a');
    set(pair.replica, '/comment', 'b');
    const path = join(pair[side], 'conf/annotations.db');
    truncateSync(path, 400);
    atRest(path);
    const codes = (await audit(pair)).findings.map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['annotations-database-damaged']));
  });

  test('of a part of the pair', async () => {
    const pair = makePair();
    set(pair.master, '/comment', 'a');
    expect((await audit(pair, { users: ['u000000'] })).verdict).toBe('clean');
  });
});

test('a row that cannot be read is not clean', async () => {
  const pair = makePair();
  for (const side of [pair.master, pair.replica])
    editRows(side, (rows) => rows.set(keyOf('/comment'), 'x'), 'annotations.db');
  const { complete, unaudited } = await audit(pair);
  expect(complete).toBe(false);
  expect(unaudited.map(({ what, side }) => [what, side])).toEqual([
    ['annotations of the server', 'master'],
    ['annotations of the server', 'replica'],
  ]);
});
