import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { findServerRecords, readServerAnnotations } from '../../../src/formats/annotations/server-annotations.js';
import { openCyrusDb } from '../../../src/formats/cyrusdb/open-cyrusdb.js';
import { buildTwoskip } from '../../support/build-twoskip.js';
import { encodeSkiplist } from '../../support/encode/encode-skiplist.js';
import { encodeTwom } from '../../support/encode/encode-twom.js';

const key = (name: string): Buffer => Buffer.from(`\0${name}\0`, 'utf8');

/** As a 64-bit host of little endian writes it. */
function row(value: string, flags = 0): Buffer {
  const length = Buffer.alloc(8);
  length.writeUInt32BE(value.length);
  const rest = Buffer.alloc(17);
  rest[16] = flags;
  return Buffer.concat([length, Buffer.from(`${value}\0text/plain\0`, 'latin1'), rest]);
}

const sorted = (rows: [Buffer, Buffer][]): [Buffer, Buffer][] => rows.sort(([a], [b]) => a.compare(b));

function readRows(rows: [Buffer, Buffer][]): ReturnType<typeof readServerAnnotations> {
  const { db } = openCyrusDb(bufferSource(buildTwoskip(sorted(rows))), 'a');
  return readServerAnnotations(db!, 'a');
}

describe('what a server has', () => {
  test('without mailboxes, deleted and empty values', () => {
    const { values, failed } = readRows([
      [key('/comment\0'), row('a')],
      [key('/comment\0ada'), row('b')],
      [key('/gone\0'), row('c', 1)],
      [key('/none\0'), row('')],
      [Buffer.from('7unn4hc962zx7rcdridljy7h\0/comment\0\0'), row('d')],
    ]);
    expect([[...values], failed]).toEqual([
      [
        ['/comment\0', 'a'],
        ['/comment\0ada', 'b'],
      ],
      undefined,
    ]);
  });

  test.each<[string, [Buffer, Buffer][], string]>([
    ['a key that is none', [[Buffer.from('\0comment\0\0'), row('a')]], 'a: a row that cannot be read'],
    ['a value that is none', [[key('/comment\0'), Buffer.from('x')]], 'a: a row that cannot be read'],
    [
      'more than a server has',
      ['a', 'b', 'c'].map((user) => [key(`/comment\0${user}`), row('x'.repeat(400_000))]),
      'a: too many annotations of the server',
    ],
  ])('%s', (_, rows, why) => {
    expect(readRows(rows)).toEqual({ values: new Map(), failed: why });
  });
});

const OLD = row('old value');
const NEW = row('new value');
const COMMENT = key('/comment\0');
const ADA = key('/comment\0ada');

/** The comment was changed, that of ada removed. */
const FILES: readonly (readonly [string, Buffer])[] = [
  [
    'twom',
    encodeTwom([
      [
        [COMMENT, OLD],
        [ADA, OLD],
      ],
      [[COMMENT, NEW]],
      [[ADA, undefined]],
    ]),
  ],
  ['skiplist', encodeSkiplist([[COMMENT, OLD]], [[[ADA, OLD]], [[COMMENT, NEW]], [[ADA, undefined]]])],
  // Of what 3.6.1 wrote: key and value stand side by side.
  ['twoskip', Buffer.concat([COMMENT, OLD, Buffer.alloc(5), COMMENT, NEW, ADA, OLD])],
];

describe.each(FILES)('what a %s file has a record of', (_, bytes) => {
  const found = (wanted: Record<string, string>): string[] => [
    ...findServerRecords((offset, length) => bytes.subarray(offset, offset + length), new Map(Object.entries(wanted))),
  ];

  test.each([
    [{ '/comment\0': 'new value' }, ['/comment\0']],
    [{ '/comment\0': 'old value' }, ['/comment\0']],
    [{ '/comment\0ada': 'old value' }, ['/comment\0ada']],
    [{ '/comment\0ada': 'new value' }, []],
    [{ '/comment\0': 'value' }, []],
    [{ '/comment\0': 'old valu' }, []],
    [{ '/comment\0': 'old value\0' }, []],
    [{ '/comment\0ben': 'old value', '/admin\0': 'old value' }, []],
    [{ '/comment\0': 'none', '/comment\0ada': 'old value' }, ['/comment\0ada']],
    [{}, []],
  ])('%j', (wanted, expected) => {
    expect(found(wanted)).toEqual(expected);
  });
});

test.each([
  ['a 64-bit host of big endian', '0000000000000003'],
  ['a 32-bit host', '00000003'],
])('as %s writes the length', (_, head) => {
  const bytes = Buffer.concat([COMMENT, Buffer.from(head, 'hex'), Buffer.from('abc\0')]);
  const read = (offset: number, length: number): Buffer => bytes.subarray(offset, offset + length);
  expect([...findServerRecords(read, new Map([['/comment\0', 'abc']]))]).toEqual(['/comment\0']);
});

test('without the last NUL of an empty userid', () => {
  const bytes = Buffer.concat([COMMENT.subarray(0, -1), OLD]);
  const read = (offset: number, length: number): Buffer => bytes.subarray(offset, offset + length);
  expect([...findServerRecords(read, new Map([['/comment\0', 'old value']]))]).toEqual(['/comment\0']);
});

test('wherever in a large file the record is', () => {
  const record = Buffer.concat([COMMENT, OLD]);
  const MIB = 1024 * 1024;
  for (const at of [0, 1, MIB - record.length, MIB - 12, MIB - 11, MIB - 2, MIB - 1, MIB, 2 * MIB - 5]) {
    const bytes = Buffer.alloc(2 * MIB + 100, 'x');
    record.copy(bytes, at);
    const read = (offset: number, length: number): Buffer => bytes.subarray(offset, offset + length);
    expect([...findServerRecords(read, new Map([['/comment\0', 'old value']]))], String(at)).toHaveLength(1);
  }
});

test('no bytes make the search fail', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.dictionary(
        fc.string().map((s) => `/${s}\0`),
        fc.string(),
      ),
      (bytes, wanted) => {
        const read = (offset: number, length: number): Buffer => Buffer.from(bytes).subarray(offset, offset + length);
        findServerRecords(read, new Map(Object.entries(wanted)));
      },
    ),
  );
});
