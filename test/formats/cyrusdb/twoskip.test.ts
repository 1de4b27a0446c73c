import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../../src/bytes/crc32.js';
import { bufferSource, type ByteSource } from '../../../src/bytes/byte-source.js';
import type { CyrusDb } from '../../../src/formats/cyrusdb/cyrusdb.js';
import { salvageTwoskip } from '../../../src/formats/cyrusdb/twoskip/salvage.js';
import { openTwoskip } from '../../../src/formats/cyrusdb/twoskip/twoskip.js';
import { buildTwoskip } from '../../support/build-twoskip.js';
import { twoskipParts } from '../../support/encode/encode-large-twoskip.js';

const row = (key: string, value: string): readonly [Buffer, Buffer] => [Buffer.from(key, 'latin1'), Buffer.from(value)];
const text = (db: CyrusDb, from?: string): [string, string][] =>
  [...db.rows(from === undefined ? undefined : Buffer.from(from, 'latin1'))].map(({ key, value }) => [
    key.toString('latin1'),
    value.toString(),
  ]);

describe('a file in another order of keys is read in raw order', () => {
  test.each<[string, string[]]>([
    ['mailbox order', ['user.a', 'user.a.b', 'user.a b', 'user.a-b', 'user.b']],
    ['signed order', ['\xe4', '\xff', 'a', 'b']],
  ])('%s', (_, keys) => {
    for (const isVerified of [false, true]) {
      const db = openTwoskip(bufferSource(buildTwoskip(keys.map((key, i) => row(key, String(i))))), 'f').db!;
      if (isVerified) expect(db.verify()).toEqual([]);
      const expected = keys.map((key, i): [string, string] => [key, String(i)]).sort(([a], [b]) => (a < b ? -1 : 1));
      expect(text(db)).toEqual(expected);
      expect(text(db, expected[1]![0])).toEqual(expected.slice(1));
      for (const [key, value] of expected) expect(db.get(Buffer.from(key, 'latin1'))?.toString()).toBe(value);
      expect(db.get(Buffer.from('absent'))).toBeUndefined();
      expect(db.faults).toEqual([]);
    }
  });

  test('an order that nobody writes is damage', () => {
    const db = openTwoskip(bufferSource(buildTwoskip(['b', 'c', 'a'].map((key) => row(key, '')))), 'f').db!;
    expect(db.verify()).toMatchObject([{ code: 'db-order' }]);
  });
});

describe('salvage', () => {
  const rows = Array.from({ length: 50 }, (_, i) => row(`key${String(i).padStart(2, '0')}`, `value ${String(i)}`));
  const expected = rows.map(([key, value]): [string, string] => [key.toString(), value.toString()]);

  test('reads the transactions of a file whose header and links are lost', () => {
    const file = buildTwoskip(rows).fill(0xee, 0, 336);
    expect(openTwoskip(bufferSource(file), 'f').db).toBeUndefined();
    const db = salvageTwoskip(bufferSource(file), 'f');
    expect(db.salvaged).toBe(true);
    expect(text(db)).toEqual(expected);
    expect(text(db, 'key40')).toEqual(expected.slice(40));
    expect(db.get(Buffer.from('key07'))?.toString()).toBe('value 7');
    expect(db.get(Buffer.from('key77'))).toBeUndefined();
  });

  test('leaves out a transaction with an unreadable record, and keeps those behind it', () => {
    const first = buildTwoskip(rows);
    const at = first.length;
    // The second transaction says where it begins: it was encoded for the beginning of a file.
    const file = Buffer.concat([first, buildTwoskip([row('later', 'kept')]).subarray(336)]);
    file.writeUInt8(0xee, 400);
    const db = salvageTwoskip(bufferSource(file), 'f');
    expect(text(db)).toEqual([['later', 'kept']]);
    expect(db.faults.filter(({ offset }) => offset! >= 336 && offset! < at)).toHaveLength(1);
  });
});

test('a length above the limit is a fault, not an allocation', () => {
  const file = buildTwoskip([row('k', 'v')]);
  let largest = 0;
  const source: ByteSource = {
    size: 2 ** 40,
    read: (offset, length) => {
      largest = Math.max(largest, length);
      return file.subarray(offset, offset + length);
    },
  };
  const huge = buildTwoskip([row('k', 'v')]);
  huge.copy(file);
  file.writeUInt32BE(0x7fffffff, 336 + 4);
  const { db } = openTwoskip(source, 'f');
  expect([...db!.rows()]).toEqual([]);
  expect(db!.verify().length).toBeGreaterThan(0);
  expect(largest).toBeLessThan(1024 * 1024);
});

/** Checksums of a real file of 3.6.1 with message annotations. Source: cyrusdb.md section 3.6. */
describe('the checksums that real Cyrus wrote', () => {
  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const pointers = (...offsets: number[]): Buffer => {
    const bytes = Buffer.alloc(8 * offsets.length);
    for (const [i, offset] of offsets.entries()) bytes.writeBigUInt64BE(BigInt(offset), 8 * i);
    return bytes;
  };
  const value = [hex('0000000b00000000'), 'shared note\0text/plain\0', Buffer.alloc(8), hex('000000000000002400')];
  test.each<[string, (string | Buffer)[], string]>([
    [
      'header',
      [
        hex('a1028b0d74776f736b69702066696c6500000000 00000001 0000000000000001 0000000000000003'),
        hex('0000000000000150 00000000000002c0 00000000'),
      ],
      '8e18efdd',
    ],
    ['dummy', [hex('3d1f000000000000'), pointers(0, 0x150, 0x150, 0x150), Buffer.alloc(8 * 28)], '8e5c7d76'],
    ['record, head', [hex('2b03000c00000030'), pointers(0, 0x1c0, 0x240, 0)], '89212311'],
    ['record, tail', ['3\0/comment\0\0', ...value, Buffer.alloc(4)], 'e1684609'],
    ['commit', [hex('2400000000000000'), pointers(0x150)], '5dc51c1a'],
  ])('%s', (_, parts, expected) => {
    const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
    expect(crc32(bytes).toString(16)).toBe(expected);
  });
});

function largeFile(rows: readonly (readonly [Buffer, Buffer])[]): Buffer {
  const parts = [...twoskipParts(rows)];
  const file = Buffer.alloc(Math.max(...parts.map(({ offset, bytes }) => offset + bytes.length)));
  for (const { offset, bytes } of parts) bytes.copy(file, offset);
  return file;
}

test('what is kept of a search is the keys, not the memory around them', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => row(`key${String(i).padStart(6, '0')}`, 'v'.repeat(1000)));
  const file = largeFile(rows);
  const db = openTwoskip(bufferSource(file), 'f').db!;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const kept = async (): Promise<number> => {
    // What was collected is freed by another thread.
    for (let i = 0; i < 3; i++) {
      collect();
      await setTimeout(20);
    }
    return process.memoryUsage().arrayBuffers;
  };
  const before = await kept();
  for (const [key, value] of rows) expect(db.get(key)?.length).toBe(value.length);
  const more = (await kept()) - before;
  // None of these may have been collected meanwhile.
  expect([file.length > 1e6, db.faults, rows.length]).toEqual([true, [], 20_000]);
  expect(more).toBeLessThan(1024 * 1024);
});
