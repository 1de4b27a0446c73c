/** Inputs of half a mebibyte that are made to cost more than their size: in time, or in memory. */
import { crc32 } from 'node:zlib';
import { bufferSource } from '../../src/bytes/byte-source.js';
import { openCyrusDb } from '../../src/formats/cyrusdb/open-cyrusdb.js';
import { buildTwoskip, offsetsOf, twoskipHeader } from '../support/build-twoskip.js';
import { encodeSkiplist } from '../support/encode/encode-skiplist.js';
import { encodeTwom } from '../support/encode/encode-twom.js';
import { MAILBOX_HEADER_MAGIC } from '../../src/formats/mailbox-header/mailbox-header.js';
import { encodeIndex } from '../support/encode/encode-index.js';
import type { ReaderUnderTest } from './reader-under-test.js';
import { readers as all } from './readers.js';
import { resealTwoskip } from './reseal.js';

const SIZE = 512 * 1024;
const START = 336;

const repeated = (text: string, before = '', after = ''): Buffer =>
  Buffer.from(before + text.repeat(Math.floor(SIZE / text.length)) + after, 'latin1');

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => [Buffer.from(`N${String(i).padStart(6, '0')}`), Buffer.from('v')] as const);

/** Links of each record: only level 0 is left, so that every search has to walk. */
function withoutUpperLinks(): Buffer {
  const content = rows(16_000);
  const file = buildTwoskip(content);
  for (const at of [64, ...offsetsOf(content)]) {
    for (let link = 2; link <= file[at + 1]!; link++) file.fill(0, at + 8 + 8 * link, at + 16 + 8 * link);
  }
  resealTwoskip(file);
  return file;
}

/** Each record lies in the key of the one before it. */
function nestedTwoskip(): Buffer {
  const [HEAD, STEP] = [40, 48];
  // A quarter of the size: all those checksums take long to make.
  const count = Math.floor((SIZE / 4 - START) / STEP);
  const file = Buffer.alloc(START + count * STEP);
  for (let i = count - 1; i >= 0; i--) {
    const at = START + i * STEP;
    file.write('+', at, 'latin1');
    file.writeUInt8(1, at + 1);
    file.writeUInt16BE(0xffff, at + 2);
    file.writeBigUInt64BE(BigInt(file.length - at - HEAD), at + 8);
    file.writeBigUInt64BE(BigInt(i + 1 < count ? at + STEP : 0), at + 16);
    file.writeUInt32BE(crc32(file.subarray(at, at + HEAD - 8)), at + HEAD - 8);
    // What comes first in the key, so that the keys ascend.
    file.writeBigUInt64BE(BigInt(i), at + HEAD);
    file.writeUInt32BE(crc32(file.subarray(at + HEAD)), at + HEAD - 4);
  }
  const head = buildTwoskip([]);
  head.copy(file, 0, 0, START);
  file.writeBigUInt64BE(BigInt(START), 64 + 8);
  twoskipHeader({ count, size: file.length }).copy(file);
  file.writeUInt32BE(crc32(file.subarray(64, START - 8)), START - 8);
  return file;
}

/** The same in twom, in a file without checksums. */
function nestedTwom(): Buffer {
  const [HEAD, STEP] = [48, 56];
  const empty = encodeTwom([], { checksums: false }).subarray(0, 0x170);
  const count = Math.floor((SIZE - empty.length) / STEP);
  const file = Buffer.concat([empty, Buffer.alloc(count * STEP)]);
  for (let i = 0; i < count; i++) {
    const at = empty.length + i * STEP;
    file[at] = 3;
    file[at + 1] = 1;
    file.writeBigUInt64LE(BigInt(file.length - at - HEAD - 8), at + 8);
    file.writeBigUInt64LE(BigInt(i + 1 < count ? at + STEP : 0), at + 24);
    file.writeBigUInt64BE(BigInt(i), at + HEAD);
  }
  file.writeBigUInt64LE(BigInt(empty.length), 96 + 8);
  file.writeBigUInt64LE(BigInt(count), 48);
  file.writeBigUInt64LE(BigInt(file.length), 80);
  return file;
}

/** Records that all link to one place, and as many deletions of what links there. */
function manyMeanings(): Buffer {
  const record = (type: string, level: number, key: Buffer): Buffer => {
    const bytes = Buffer.alloc(8 + 8 * (level + 1) + 8 + Math.ceil(key.length / 8) * 8);
    bytes.write(type, 0, 'latin1');
    bytes.writeUInt8(level, 1);
    bytes.writeUInt16BE(key.length, 2);
    bytes.writeBigUInt64BE(BigInt(START), 8);
    key.copy(bytes, 8 + 8 * (level + 1) + 8);
    return bytes;
  };
  const count = Math.floor(SIZE / 64);
  const parts = [buildTwoskip([])];
  for (let i = 0; i < count; i++) parts.push(record('+', 1, Buffer.from(String(i).padStart(8, '0'))));
  for (let i = 0; i < count; i++) parts.push(record('-', 0, Buffer.alloc(0)));
  parts.push(record('$', 0, Buffer.alloc(0)));
  const file = Buffer.concat(parts);
  resealTwoskip(file);
  return file;
}

/** Short keys whose lengths might be those of long ones, as builds before April 2026 wrote them. */
function doubtfulKeys(): Buffer {
  const file = encodeTwom([
    Array.from({ length: 4000 }, (_, i) => [Buffer.from(`k${String(i).padStart(6, '0')}`), Buffer.alloc(200)] as const),
  ]);
  // What must be NUL behind a key is not, and behind a longer one it is.
  for (let at = file.indexOf('k0000'); at >= 0; at = file.indexOf('k0000', at + 1)) file[at + 7] = 1;
  return file;
}

const skiplistOf = (tail: Buffer): Buffer =>
  Buffer.concat([encodeSkiplist([[Buffer.from('a'), Buffer.from('b')]]), tail]);

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
};

/** A cache of one record that is nearly all SECTION. */
const sectionOf = (section: Buffer): Buffer =>
  Buffer.concat([words(1, 0, 0, 0, section.length), section, words(0, 0, 0, 0, 0, 0)]);

/** By the name of the reader. */
const INPUTS: readonly (readonly [reader: string, what: string, bytes: () => Buffer])[] = [
  ['twoskip', 'records inside records', nestedTwoskip],
  ['twoskip-salvage', 'records inside records', nestedTwoskip],
  ['twoskip-salvage', 'deletions that may mean any record', manyMeanings],
  ['cyrus.cache', 'items without bytes', () => Buffer.alloc(SIZE)],
  ['cyrus.cache', 'tables of parts', () => sectionOf(Buffer.alloc(SIZE))],
  ['twoskip', 'many records', () => buildTwoskip(rows(20_000))],
  ['twom', 'records inside records', nestedTwom],
  ['twom', 'keys of doubtful length', doubtfulKeys],
  ['skiplist', 'zero words', () => skiplistOf(Buffer.alloc(SIZE))],
  ['skiplist', 'deletions of one record', () => skiplistOf(Buffer.concat(Array<Buffer>(SIZE / 8).fill(words(4, 144))))],
  ['skiplist', 'commits', () => skiplistOf(Buffer.alloc(SIZE, words(255)))],
  ['flat', 'equal rows', () => repeated('a\t\n')],
  ['flat', 'rows in no order', () => repeated('c\t\nb.\t\nb \t\na\t\n')],
  ['flat', 'escapes', () => repeated('\xff\xff', 'a\t', '\n')],
  ['flat', 'one line', () => repeated('a', '', '\t\n')],
  ['dlist', 'words', () => repeated('a ', '(', 'a)')],
  ['dlist', 'pairs', () => repeated('a b ', '%(', 'a b)')],
  ['dlist', 'lists', () => repeated('() ', '(', 'a)')],
  ['dlist', 'depth', () => repeated('(')],
  ['dlist', 'depth of kvlists', () => repeated('%(a ')],
  ['dlist', 'literals', () => repeated('{0}\n ', '(', ')')],
  ['dlist', 'a quoted string', () => repeated('\\"', '"', '"')],
  ['mbentry', 'names in the history', () => repeated('a ', '%(H (', 'a))')],
  ['mbentry', 'a row of 16 MiB', () => Buffer.from(`%(T e I x P d A %(${'a b '.repeat(4 * 1024 * 1024)}a b))`)],
  [
    'cyrus.header',
    'flags, 16 MiB of them',
    () => Buffer.concat([MAILBOX_HEADER_MAGIC, Buffer.from(`%(T e N x I d A %(a b) U (${'a '.repeat(8 << 20)}a))\n`)]),
  ],
  ['mbentry-by-uniqueid', 'identifiers', () => repeated('a b ', '%(N x A %(', 'a b))')],
  ['mbentry-older', 'identifiers', () => repeated('a\tb\t', '0 default ')],
  ['mbentry-older', 'keys', () => repeated('a b ', '(', ') 0 default a\tb\t')],
  ['mailbox-list-key', 'separators', () => repeated('\x1e', 'AU')],
  ['mailbox-list', 'rows of text', () => repeated('a.b\t0 p a\tb\n')],
  ['mailbox-list', 'dollars', () => repeated('$RACL\t\n')],
  ['annotation-key', 'fields', () => repeated('\0', 'a\0/b\0')],
  ['annotation-value', 'no NUL', () => repeated('x')],
  ['seen', 'blanks', () => repeated(' ', '1 1 1 1', 'a b')],
  ['seen', 'parts', () => Buffer.from(`1 1 1 1 ${Array.from({ length: 150_000 }, (_, i) => i + 1).join(',')}`)],
  ['subscription', 'separators', () => repeated('.\x1f', 'NINBOX')],
  ['quota', 'blanks', () => repeated(' ', '1', 'x')],
  ['quota', 'resources', () => repeated('M 1 1 ', '1 1 ')],
  ['quota', 'pairs', () => repeated('S (1) ', '%(', 'a b)')],
  ['sync-log', 'short lines', () => repeated('A\n')],
  ['sync-log', 'bad lines', () => repeated('(\n')],
  ['sync-log', 'words of one line', () => repeated('A ', '', 'A\n')],
  ['sync-log', 'quotes', () => repeated('"" ', 'A ', 'A\n')],
  ['imapd.conf', 'blanks', () => repeated(' ', 'a: b', 'c\n')],
  ['imapd.conf', 'bad lines', () => repeated('x\n')],
  ['imapd.conf', 'options', () => Buffer.from(Array.from({ length: 80_000 }, (_, i) => `o${i}: v\n`).join(''))],
  ['imapd.conf', 'continued lines', () => repeated('a\\\n')],
  [
    'imapd.conf',
    'partitions',
    () => Buffer.from(Array.from({ length: 40_000 }, (_, i) => `partition-p${i}: /${i}\n`).join('')),
  ],
  ['cyrus.header', 'flags', () => Buffer.concat([MAILBOX_HEADER_MAGIC, repeated('a ', '\tx\n', '\na\tb\t\n')])],
  ['cyrus.header', 'identifiers', () => Buffer.concat([MAILBOX_HEADER_MAGIC, repeated('a\t\t', '\tx\n\n', '\n')])],
  ['cyrus.header', 'lists for flags', () => Buffer.concat([MAILBOX_HEADER_MAGIC, repeated('() ', '%(U (', 'a))\n')])],
  [
    'cyrus.index-17',
    'records that are all wrong',
    () =>
      encodeIndex({
        version: 17,
        records: Array.from({ length: 9000 }, () => ({ uid: 1, userFlags: [-1, -1, -1, -1].map((w) => w >>> 0) })),
      }),
  ],
];

const getAll: ReaderUnderTest = {
  name: 'twoskip: every key, without the upper links',
  seeds: () => [withoutUpperLinks()],
  asIs: 1,
  read: (bytes) => {
    const db = openCyrusDb(bufferSource(bytes), 'f').db!;
    const missing = rows(16_000).filter(([key]) => db.get(key) === undefined);
    if (missing.length > 0) throw new Error(`${missing.length} keys were not found`);
    return { value: db, faults: db.faults };
  },
};

/** One reader for each input, so that a failure names it. */
export const readers: readonly ReaderUnderTest[] = [
  getAll,
  ...INPUTS.map(([name, what, bytes]): ReaderUnderTest => {
    const reader = all.find((one) => one.name === name)!;
    return { ...reader, name: `${name}: ${what}`, seeds: () => [bytes()], asIs: 1 };
  }),
];
