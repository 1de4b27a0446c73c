import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { rowsWithPrefix } from '../../../src/formats/cyrusdb/cyrusdb.js';
import { openTwoskip, type Twoskip } from '../../../src/formats/cyrusdb/twoskip/twoskip.js';
import { buildTwoskip, offsetsOf, relink, twoskipHeader } from '../../support/build-twoskip.js';
import { unpackPair, type Collection } from '../../support/fixture.js';

type Row = readonly [key: Buffer, value: Buffer];

const open = (bytes: Buffer) => openTwoskip(bufferSource(bytes), 'mailboxes.db');
const rowsOf = (db: Twoskip, from?: Buffer): string[] =>
  [...db.rows(from)].map(({ key, value }) => `${key.toString('latin1')}\t${value.toString('latin1')}`);
const lines = (rows: readonly Row[]): string[] =>
  rows.map(([key, value]) => `${key.toString('latin1')}\t${value.toString('latin1')}`);

const rowsArb = fc
  .uniqueArray(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.uint8Array({ maxLength: 40 })), {
    maxLength: 70,
    selector: ([key]) => Buffer.from(key).toString('latin1'),
  })
  .map((rows) =>
    rows.map(([key, value]): Row => [Buffer.from(key), Buffer.from(value)]).sort(([a], [b]) => a.compare(b)),
  );

test('the header of cyrusdb.md 3.6 is what the test writes', () => {
  expect(twoskipHeader({ count: 3, size: 0x2c0 }).toString('hex')).toBe(
    'a1028b0d74776f736b69702066696c6500000000000000010000000000000001000000000000000300000000000001500000000000' +
      '0002c0000000008e18efdd',
  );
});

describe('any rows', () => {
  test('are read in order, from any key on, and found', () => {
    const keyArb = fc.uint8Array({ maxLength: 12 }).map((key) => Buffer.from(key));
    fc.assert(
      fc.property(rowsArb, keyArb, (rows, from) => {
        const { db, faults } = open(buildTwoskip(rows));
        expect(rowsOf(db!)).toEqual(lines(rows));
        expect(rowsOf(db!, from)).toEqual(lines(rows.filter(([key]) => key.compare(from) >= 0)));
        for (const [key, value] of rows) expect(db!.get(key)).toEqual(value);
        if (!rows.some(([key]) => key.equals(from))) expect(db!.get(from)).toBeUndefined();
        const prefix = from.subarray(0, 1);
        expect([...rowsWithPrefix(db!, prefix)].length).toBe(
          rows.filter(([key]) => key.subarray(0, prefix.length).equals(prefix)).length,
        );
        expect(db!.verify()).toEqual([]);
        expect([db!.count, faults]).toEqual([rows.length, []]);
      }),
    );
  });

  test('are read in their committed view after a crash in a transaction', () => {
    const cut = fc.nat(600);
    fc.assert(
      fc.property(rowsArb, fc.nat(), fc.boolean(), cut, (rows, n, addedFirst, extra) => {
        const clean = buildTwoskip(rows);
        const at = rows.length === 0 ? 64 : [64, ...offsetsOf(rows)][n % (rows.length + 1)]!;
        const bytes = Buffer.concat([clean, Buffer.alloc(8 + extra, 0x2b)]);
        twoskipHeader({ count: rows.length, size: clean.length, dirty: true }).copy(bytes);
        // The writer uses the older of the two links, which is always the second one here, and the upper links.
        relink(bytes, at, 1, clean.length + (addedFirst ? 0 : 8));
        if (bytes[at + 1]! >= 2) relink(bytes, at, 2, clean.length);
        const { db } = open(bytes);
        expect(rowsOf(db!)).toEqual(lines(rows));
        for (const [key, value] of rows) expect(db!.get(key)).toEqual(value);
        expect(db!.verify().map(({ code }) => code)).toEqual(['db-dirty', 'db-trailing-bytes']);
      }),
    );
  });

  test('out of order are a fault and end the reading', () => {
    const rows: Row[] = ['a', 'c', 'b', 'd'].map((key) => [Buffer.from(key), Buffer.from('value')]);
    const { db } = open(buildTwoskip(rows));
    expect(rowsOf(db!)).toEqual(['a\tvalue', 'c\tvalue']);
    expect(db!.faults.map(({ code }) => code)).toEqual(['db-order']);
  });

  test('in a ring end in a fault', () => {
    const rows: Row[] = ['a', 'b', 'c', 'd'].map((key) => [Buffer.from(key), Buffer.from('value')]);
    const offsets = offsetsOf(rows);
    for (const target of offsets) {
      const bytes = buildTwoskip(rows);
      relink(bytes, offsets[3]!, 0, target);
      const { db } = open(bytes);
      expect(rowsOf(db!).length).toBeLessThanOrEqual(4);
      expect(db!.faults.map(({ code }) => code)).toEqual(['db-order']);
      expect(open(bytes).db!.get(Buffer.from('e'))).toBeUndefined();
      expect(open(bytes).db!.verify()).not.toEqual([]);
    }
  });

  test.each([8, 337, 2 ** 40])('a link to %i is a fault', (target) => {
    const rows: Row[] = [[Buffer.from('a'), Buffer.from('value')]];
    const bytes = buildTwoskip(rows);
    // Both alternatives: one alone that lies behind the end is an unfinished write.
    relink(bytes, 64, 0, target);
    relink(bytes, 64, 1, target);
    const { db } = open(bytes);
    expect(rowsOf(db!)).toEqual([]);
    expect(db!.faults.map(({ code }) => code)).toEqual(['db-link']);
  });

  test.each([
    [10, 'db-count'],
    [0, 'db-count'],
  ])('a header that counts %i of three is a fault', (count, code) => {
    const bytes = buildTwoskip(['a', 'b', 'c'].map((key) => [Buffer.from(key), Buffer.alloc(0)]));
    twoskipHeader({ count, size: bytes.length }).copy(bytes);
    expect(
      open(bytes)
        .db!.verify()
        .map((fault) => fault.code),
    ).toEqual([code]);
  });
});

describe('what is no twoskip database', () => {
  const clean = buildTwoskip([[Buffer.from('key'), Buffer.from('value')]]);
  const versioned = Buffer.from(clean);
  test.each([
    ['nothing', Buffer.alloc(0), 'file-empty'],
    ['a few bytes of the magic', clean.subarray(0, 12), 'db-magic'],
    ['half a header', clean.subarray(0, 40), 'db-truncated'],
    ['a header without a body', clean.subarray(0, 64), 'db-truncated'],
    ['text', Buffer.from('user.fred\t0 default fred\tlrswipcda\t\n'.repeat(9)), 'db-magic'],
    ['zeros', Buffer.alloc(4096), 'db-magic'],
  ])('%s', (_, bytes, code) => {
    const { db, faults } = open(bytes);
    expect(db).toBeUndefined();
    expect(faults.map((fault) => fault.code)).toEqual([code]);
  });

  test('random bytes behind a good header never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 272, maxLength: 900 }), fc.array(fc.nat(900)), (body, starts) => {
        const bytes = Buffer.concat([twoskipHeader({ count: 1, size: 64 + body.length }), Buffer.from(body)]);
        versioned.copy(bytes, 64, 64, 336);
        // Here and there something that begins like a record.
        for (const start of starts)
          if (336 + start + 8 < bytes.length) Buffer.from('2b010001000000ff', 'hex').copy(bytes, 336 + start);
        const { db, faults } = open(bytes);
        if (db !== undefined) {
          expect(rowsOf(db)).toEqual([]);
          db.get(Buffer.from('key'));
          db.verify();
        }
        expect(faults).not.toEqual([]);
      }),
    );
  });
});

/** Lists that real Cyrus 3.6.1 wrote: with deleted records, renames, other users, domains. */
const REAL: readonly (readonly [name: string, collection: Collection])[] = [
  ['lag', 'made'],
  ['virtdomains-clean', 'made'],
  ['renamed-master', 'made'],
  ['mailbox-renamed-master-old-name-recreated', 'pairs'],
  ['seed-deleted-master-replica-received-immediate', 'pairs'],
  ['mboxlist-tombstoned-mass', 'pairs'],
];

describe.each(REAL)('the list of %s', (name, collection) => {
  let bytes: Buffer;
  let rows: string[];

  beforeAll(async () => {
    const pair = await unpackPair(name, collection);
    bytes = readFileSync(join(pair.master, 'conf/mailboxes.db'));
    await pair.dispose();
    rows = rowsOf(open(bytes).db!);
  });

  test('has its rows in order, finds every key and misses others', () => {
    const { db, faults } = open(bytes);
    expect(rows.length).toBeGreaterThan(5);
    expect(
      [...rows].sort((a, b) =>
        Buffer.from(a.split('\t')[0]!, 'latin1').compare(Buffer.from(b.split('\t')[0]!, 'latin1')),
      ),
    ).toEqual(rows);
    for (const line of rows) {
      const key = line.slice(0, line.indexOf('\t'));
      expect(db!.get(Buffer.from(key, 'latin1'))?.toString('latin1')).toBe(line.slice(key.length + 1));
      for (const absent of [`${key}\0`, key.slice(0, -1), `${key}~`]) {
        if (!rows.some((row) => row.startsWith(`${absent}\t`)))
          expect(db!.get(Buffer.from(absent, 'latin1'))).toBeUndefined();
      }
    }
    expect(db!.verify()).toEqual([]);
    expect([db!.count, faults]).toEqual([rows.length, []]);
  });

  test('is never misread after a flipped bit', () => {
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= mask;
        const { db, faults } = open(flipped);
        const read = db === undefined ? undefined : rowsOf(db);
        // Reading alone, without verify: either a fault was left behind, or nothing is different.
        if (faults.length === 0) expect([at, mask, read]).toEqual([at, mask, rows]);
        else continue;
        for (const fault of db!.verify()) expect(fault.offset).toBeTypeOf('number');
      }
    }
  });

  test('misses no key after a flipped bit without a fault', () => {
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 0x10;
      const line = rows[at % rows.length]!;
      const key = line.slice(0, line.indexOf('\t'));
      const { db, faults } = open(flipped);
      const value = db?.get(Buffer.from(key, 'latin1'))?.toString('latin1');
      if (faults.length === 0) expect([at, value]).toEqual([at, line.slice(key.length + 1)]);
      if (value !== undefined) expect(value).toBe(line.slice(key.length + 1));
    }
  });

  test('cut anywhere is cut', () => {
    for (let length = 0; length < bytes.length; length += 8) {
      const { db, faults } = open(bytes.subarray(0, length));
      expect([length, db, faults.length]).toEqual([length, undefined, 1]);
    }
  });

  test('with bytes behind its end is read as it was committed', () => {
    const { db, faults } = open(Buffer.concat([bytes, Buffer.alloc(24, 0x2b)]));
    expect(rowsOf(db!)).toEqual(rows);
    expect(faults.map(({ code, offset }) => [code, offset])).toEqual([['db-trailing-bytes', bytes.length]]);
    expect(db!.verify()).toHaveLength(1);
  });

  const dbtool = '/usr/lib/cyrus/bin/cyr_dbtool';
  describe.skipIf(process.getuid?.() !== 0 || !existsSync(dbtool))('and cyr_dbtool', () => {
    let dir: string;
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'cyraudit-dbtool-'));
    });
    afterAll(() => {
      rmSync(dir, { recursive: true, force: true });
    });

    test('show the same rows', () => {
      const file = join(dir, 'mailboxes.db');
      const conf = join(dir, 'imapd.conf');
      writeFileSync(file, bytes);
      writeFileSync(conf, `configdirectory: ${dir}\npartition-default: ${dir}\ndefaultpartition: default\n`);
      // The tool gives up root for the user that owns the directory of a real server.
      const { uid, gid } = statSync('/var/lib/cyrus');
      for (const path of [dir, file, conf]) chownSync(path, uid, gid);
      chmodSync(dir, 0o755);
      const shown = spawnSync(dbtool, ['-C', conf, file, 'twoskip', 'show'], { encoding: 'latin1' });
      expect(shown.stderr).toBe('');
      expect(shown.stdout.split('\n').slice(0, -1)).toEqual(rows);
    });
  });
});
