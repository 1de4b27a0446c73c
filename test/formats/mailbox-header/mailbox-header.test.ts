import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAILBOX_HEADER_MAGIC, parseMailboxHeader } from '../../../src/formats/mailbox-header/mailbox-header.js';

const parse = (text: string) =>
  parseMailboxHeader(Buffer.concat([MAILBOX_HEADER_MAGIC, Buffer.from(text, 'latin1')]), 'h');

test('the magic has 115 bytes', () => {
  expect(MAILBOX_HEADER_MAGIC).toHaveLength(115);
});

describe('dlist form', () => {
  test('3.6.1, with a quota root and flags', () => {
    expect(
      parse(
        '%(T e N user.alice I zqrlgpnscvkjf3k2nyn6jzhj Q user.alice A %(alice lrswipkxtecdan) U ($Label1 NIL $Label2))\n',
      ),
    ).toEqual({
      faults: [],
      value: {
        form: 'dlist',
        mboxname: 'user.alice',
        uniqueid: 'zqrlgpnscvkjf3k2nyn6jzhj',
        mbtype: 'e',
        quotaroot: 'user.alice',
        acl: [{ identifier: 'alice', rights: 'lrswipkxtecdan' }],
        userFlags: ['$Label1', undefined, '$Label2'],
      },
    });
  });

  test('3.6.1, name layout without quota and flags', () => {
    const { value } = parse('%(T el N user.joe^smith I c0psfxfaonzzsaovsgil9fgt A %(joe.smith lrswipkxtecdan))\n');
    expect(value).toEqual({
      form: 'dlist',
      mboxname: 'user.joe^smith',
      uniqueid: 'c0psfxfaonzzsaovsgil9fgt',
      mbtype: 'el',
      acl: [{ identifier: 'joe.smith', rights: 'lrswipkxtecdan' }],
      userFlags: [],
    });
  });

  test('reports fields of the wrong kind and keeps the others', () => {
    const { value, faults } = parse('%(T e N (x) I abc A x U ((y) z))\n');
    expect(value).toEqual({ form: 'dlist', uniqueid: 'abc', mbtype: 'e', acl: [], userFlags: [undefined, 'z'] });
    expect(faults.map(({ code, expected }) => [code, expected])).toEqual([
      ['header-syntax', 'a kvlist of rights in A'],
      ['header-syntax', 'a string in N'],
      ['header-syntax', 'flag names in U'],
    ]);
  });

  test('has no value when cut', () => {
    expect(parse('%(T e N user.a')).toMatchObject({ faults: [{ code: 'header-syntax', offset: 129 }] });
    expect(parse('%(T e N user.a').value).toBeUndefined();
  });
});

describe('text form', () => {
  test.each<[string, string, object]>([
    [
      '2.4.20',
      'user.alice\t4970b3156b010a2a\n\nalice\tlrswipkxtecda\t\n',
      { uniqueid: '4970b3156b010a2a', quotaroot: 'user.alice', userFlags: [] },
    ],
    [
      '3.0.18, no quota',
      '\t61df5e03-3e31-4e59-acc7-736c24788ede\n\njoe.smith\tlrswipkxtecdan\t\n',
      { uniqueid: '61df5e03-3e31-4e59-acc7-736c24788ede' },
    ],
    // Real: 2.5.17 leaves a space behind the last flag.
    [
      '2.5.17, flags',
      'user.alice\t16e088d8\n$Label1 \nalice\tlrs\tanyone\tlr\t\n',
      {
        userFlags: ['$Label1'],
        acl: [
          { identifier: 'alice', rights: 'lrs' },
          { identifier: 'anyone', rights: 'lr' },
        ],
      },
    ],
    ['a free slot', '\tid\na  c\n\n', { userFlags: ['a', undefined, 'c'], acl: [] }],
    ['fields behind the uniqueid', 'q\tid\tmore\tmore\n\n\n', { uniqueid: 'id', quotaroot: 'q' }],
    [
      'negative rights',
      '\tid\n\nanyone\tlrs\t-bob\tw\t\n',
      {
        acl: [
          { identifier: 'anyone', rights: 'lrs' },
          { identifier: '-bob', rights: 'w' },
        ],
      },
    ],
  ])('%s', (_, text, expected) => {
    const { value, faults } = parse(text);
    expect(faults).toEqual([]);
    expect(value).toMatchObject({ form: 'text', ...expected });
    if (text.startsWith('\t')) expect(value).not.toHaveProperty('quotaroot');
  });

  test.each<[string, number, string]>([
    ['q\tid\n\n', 121, 'a line with the ACL'],
    ['q\tid\n', 120, 'a line with user flags'],
    ['q\n\n\n', 115, 'a uniqueid'],
    ['q\t\n\n\n', 115, 'a uniqueid'],
  ])('%j is read in part', (text, offset, expected) => {
    const { value, faults } = parse(text);
    expect(value).toMatchObject({ form: 'text', quotaroot: 'q' });
    expect(faults).toMatchObject([{ code: 'header-syntax', offset, expected }]);
  });

  test('nothing but the magic has no value', () => {
    expect(parse('').value).toBeUndefined();
  });
});

test('other files', () => {
  expect(parseMailboxHeader(Buffer.alloc(0), 'h').faults).toEqual([{ code: 'file-empty', file: 'h' }]);
  expect(parseMailboxHeader(Buffer.alloc(200), 'h').faults).toMatchObject([{ code: 'header-magic', offset: 0 }]);
  expect(parseMailboxHeader(MAILBOX_HEADER_MAGIC.subarray(0, 50), 'h').faults).toMatchObject([
    { code: 'header-magic' },
  ]);
});

test('takes any bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 100 });
  fc.assert(fc.property(bytes, (b) => void parse(Buffer.from(b).toString('latin1'))));
  fc.assert(fc.property(bytes, (b) => void parseMailboxHeader(Buffer.from(b), 'h')));
});
