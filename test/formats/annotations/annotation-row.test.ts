import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  OWNER_TOKEN,
  parseAnnotationValue,
  parseGlobalAnnotationKey,
  parseMessageAnnotationKey,
} from '../../../src/formats/annotations/annotation-row.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const TYPE = '746578742f706c61696e 00';

describe('keys', () => {
  test.each([
    ['3\0/comment\0\0', { uid: 3, entry: '/comment', userid: '' }],
    [`12\0/altsubject\0${OWNER_TOKEN}\0`, { uid: 12, entry: '/altsubject', userid: OWNER_TOKEN }],
    ['4294967295\0/x\0bob\0', { uid: 4294967295, entry: '/x', userid: 'bob' }],
    ['1\0/x\0', { uid: 1, entry: '/x', userid: '' }],
    ['1\0/x\0bob', { uid: 1, entry: '/x', userid: 'bob' }],
  ])('message: %j', (key, value) => {
    expect(parseMessageAnnotationKey(bytes(key), 'a')).toEqual({ value, faults: [] });
  });

  test.each([
    ['7unn4hc962zx7rcdridljy7h\0/comment\0\0', { mailbox: '7unn4hc962zx7rcdridljy7h', entry: '/comment', userid: '' }],
    ['user.alice\0/specialuse\0alice\0', { mailbox: 'user.alice', entry: '/specialuse', userid: 'alice' }],
    ['\0/motd\0\0', { mailbox: '', entry: '/motd', userid: '' }],
  ])('global: %j', (key, value) => {
    expect(parseGlobalAnnotationKey(bytes(key), 'a')).toEqual({ value, faults: [] });
  });

  test.each(['', '0\0/x\0\0', 'x\0/x\0\0', '4294967296\0/x\0\0', '1', '1\0x\0\0', '1\0/x\0a\0b\0'])(
    'message: %j is refused',
    (key) => {
      const { value, faults } = parseMessageAnnotationKey(bytes(key), 'a');
      expect(value).toBeUndefined();
      expect(faults).toMatchObject([{ code: 'annotation-syntax', file: 'a' }]);
    },
  );
});

describe('values', () => {
  const note = 'shared note';
  const noteHex = bytes(note).toString('hex');

  test.each<[string, string, { value: string; modseq: number; deleted: boolean }]>([
    [
      '3.6.1',
      `0000000b00000000 ${noteHex} 00 ${TYPE} 0000000000000000 0000000000000024 00`,
      { value: note, modseq: 0x24, deleted: false },
    ],
    [
      'tombstone',
      `0000000000000000 00 ${TYPE} 0000000000000000 0000000000000060 01`,
      { value: '', modseq: 0x60, deleted: true },
    ],
    [
      '3.0, no modseq',
      `0000000b00000000 ${noteHex} 00 ${TYPE} 0000000000000000`,
      { value: note, modseq: 0, deleted: false },
    ],
    [
      '2.4, with its time',
      `0000000b00000000 ${noteHex} 00 ${TYPE} 6b010a3100000000`,
      { value: note, modseq: 0, deleted: false },
    ],
    [
      'modseq, no flags',
      `0000000100000000 78 00 ${TYPE} 0000000000000000 0000000000000007`,
      { value: 'x', modseq: 7, deleted: false },
    ],
    [
      'big-endian host',
      `000000000000000b ${noteHex} 00 ${TYPE} 0000000000000000 0000000000000024 00`,
      { value: note, modseq: 0x24, deleted: false },
    ],
    [
      '32-bit host',
      `0000000b ${noteHex} 00 ${TYPE} 00000000 0000000000000024 00`,
      { value: note, modseq: 0x24, deleted: false },
    ],
    [
      'another type',
      `0000000100000000 78 00 782f7900 0000000000000000 0000000000000007 00`,
      { value: 'x', modseq: 7, deleted: false },
    ],
    [
      'a value with NUL',
      `0000000300000000 610062 00 ${TYPE} 0000000000000000 0000000000000007 00`,
      { value: 'a\0b', modseq: 7, deleted: false },
    ],
  ])('%s', (_, text, expected) => {
    const { value, faults } = parseAnnotationValue(hex(text), 'a');
    expect(faults).toEqual([]);
    expect({ ...value, value: value?.value.toString('latin1') }).toMatchObject(expected);
  });

  test.each<[string, string]>([
    ['empty', ''],
    ['3 bytes', '000000'],
    ['a length beyond the end', 'ffffffff00000000 6100'],
    ['no NUL behind the value', '0000000100000000 7878 00'],
  ])('%s has no value', (_, text) => {
    const { value, faults } = parseAnnotationValue(hex(text), 'a');
    expect(value).toBeUndefined();
    expect(faults).toMatchObject([{ code: 'annotation-syntax', expected: 'a length inside the record' }]);
  });

  test.each<[string, string]>([
    ['a type without NUL', '0000000100000000 78 00 7465'],
    ['half a modseq', `0000000100000000 78 00 ${TYPE} 0000000000000000 000000`],
    ['bytes behind the flags', `0000000100000000 78 00 ${TYPE} 0000000000000000 0000000000000001 00 00`],
  ])('%s is read in part', (_, text) => {
    const { value, faults } = parseAnnotationValue(hex(text), 'a');
    expect(value?.value.toString()).toBe('x');
    expect(faults).toMatchObject([{ code: 'annotation-syntax' }]);
  });

  test('any bytes are taken', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(40), (b, length) => {
        const head = Buffer.alloc(8);
        head.writeUInt32BE(length);
        parseAnnotationValue(Buffer.from(b), 'a');
        parseAnnotationValue(Buffer.concat([head, b]), 'a');
        parseMessageAnnotationKey(Buffer.from(b), 'a');
        parseGlobalAnnotationKey(Buffer.from(b), 'a');
      }),
    );
  });
});
