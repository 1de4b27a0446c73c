import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJmapidRow, parseMbentry, parseMbtype, parseUniqueidRow } from '../../../src/formats/mboxlist/mbentry.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');

// Values of real lists: 3.6.1, 3.8.7, and lists of 2.4, 2.5 and 3.0 that 3.8.7 converted.
describe('parseMbentry', () => {
  test('reads a fresh row', () => {
    const value = '%(T e I 7unn4hc962zx7rcdridljy7h P default V 1795225178 C 1 F 1 M 1795225177 A %(a lrswipkxtecdan))';
    expect(parseMbentry('user.a', bytes(value), 'mailboxes.db')).toEqual({
      faults: [],
      value: {
        mboxname: 'user.a',
        uniqueid: '7unn4hc962zx7rcdridljy7h',
        mbtype: parseMbtype('e'),
        partition: 'default',
        acl: [{ identifier: 'a', rights: 'lrswipkxtecdan' }],
        uidvalidity: 1795225178,
        foldermodseq: 1,
        createdmodseq: 1,
        mtime: 1795225177,
        history: [],
      },
    });
  });

  test('keeps the order of the ACL and negative rights', () => {
    const value = '%(T e I 75 P default V 1 C 1 F 3 M 1 A %(anyone lrs alice lrswip -bob w))';
    expect(parseMbentry('shared.news', bytes(value), 'f').value?.acl).toEqual([
      { identifier: 'anyone', rights: 'lrs' },
      { identifier: 'alice', rights: 'lrswip' },
      { identifier: '-bob', rights: 'w' },
    ]);
  });

  test('leaves out what a converted list does not know', () => {
    const value = '%(T el I 1fabcec26b0109eb P default M 1795230962 A %(alice lrswipkxtecda))';
    const { value: entry } = parseMbentry('user.alice', bytes(value), 'f');
    expect(entry).not.toHaveProperty('uidvalidity');
    expect(entry).not.toHaveProperty('foldermodseq');
    expect(entry?.mbtype).toMatchObject({ kind: 'e', legacyDirs: true, deleted: false });
  });

  test('reads tombstones, with and without an ACL', () => {
    const plain = parseMbentry('user.alice.Foo', bytes('%(T ed I 9h V 1795230887 C 1 F 6 M 1795230891)'), 'f').value;
    expect(plain).toMatchObject({ acl: [], mbtype: { deleted: true } });
    expect(plain).not.toHaveProperty('partition');
    const converted = parseMbentry('user.alice.Foo', bytes('%(T edl I 8d V 1 F 6 M 1 A %())'), 'f').value;
    expect(converted).toMatchObject({ acl: [], mbtype: { deleted: true, legacyDirs: true } });
  });

  test.each([
    ['0 default alice\tlrs\t', 'a kvlist %(...)'],
    ['(a b)', 'a kvlist %(...)'],
    ['%(T e I', 'a space after the key'],
    ['', 'a value'],
  ])('%j has no value', (text, expected) => {
    const { value, faults } = parseMbentry('user.a', bytes(text), 'f');
    expect(value).toBeUndefined();
    expect(faults.at(-1)).toMatchObject({ code: 'mbentry-syntax', file: 'f', expected });
    expect(faults.at(-1)?.actual).toMatch(/^user\.a: /);
  });

  test('reports a field of the wrong kind and reads the others', () => {
    const { value, faults } = parseMbentry('user.a', bytes('%(T e I (x) V many P default A (x) H x)'), 'f');
    expect(value).toMatchObject({ mboxname: 'user.a', partition: 'default', acl: [] });
    expect(faults.map(({ expected }) => expected)).toEqual([
      'a string in I',
      'a kvlist of rights in A',
      'a number in V, at most 4294967295',
      'a list of names in H',
    ]);
  });

  test('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (value) => {
        parseMbentry('x', Buffer.from(value), 'f');
        parseJmapidRow('x', Buffer.from(value), 'f');
        parseUniqueidRow('x', Buffer.concat([bytes('%('), value, bytes(')')]), 'f');
      }),
    );
  });
});

describe('parseUniqueidRow', () => {
  test('takes the name from N and the uniqueid from the key', () => {
    const value =
      '%(T e N "user\x1falice\x1fBar baz" P default V 1795230887 C 1 F 6 M 1795230891 A %(alice lrswipkxtecdan) ' +
      'H (%(N user\x1falice\x1fFoo M 1795230891 V 1795230887 C 1 F 6 T ed)))';
    expect(parseUniqueidRow('9hl2py6mqbqy9w0e5bp33dcv', bytes(value), 'f')).toMatchObject({
      faults: [],
      value: {
        mboxname: 'user.alice.Bar baz',
        uniqueid: '9hl2py6mqbqy9w0e5bp33dcv',
        history: [
          {
            mboxname: 'user.alice.Foo',
            mtime: 1795230891,
            uidvalidity: 1795230887,
            createdmodseq: 1,
            foldermodseq: 6,
            mbtype: 'ed',
          },
        ],
      },
    });
  });

  test('has no value without N', () => {
    const { value, faults } = parseUniqueidRow('9h', bytes('%(T e P default)'), 'f');
    expect(value).toBeUndefined();
    expect(faults).toMatchObject([{ expected: 'a name in N' }]);
  });
});

describe('fields of a murder and of 3.13', () => {
  test('the server, and the jmapid of a row by name or by uniqueid', () => {
    const value = bytes('%(T er I u1 J P1a N user\x1falice P default S mail2.example.org V 7)');
    expect(parseMbentry('user.alice', value, 'f').value).toMatchObject({
      server: 'mail2.example.org',
      jmapid: 'P1a',
      mbtype: { remote: true },
    });
    expect(parseUniqueidRow('u1', value, 'f').value).toMatchObject({ mboxname: 'user.alice', jmapid: 'P1a' });
  });

  test('a row by jmapid', () => {
    const value = bytes('%(T e N user\x1falice I u1 P default V 7 C 1 F 2 M 3 A %(alice lr))');
    expect(parseJmapidRow('P1a', value, 'f')).toMatchObject({
      value: { mboxname: 'user.alice', uniqueid: 'u1', jmapid: 'P1a', uidvalidity: 7 },
      faults: [],
    });
    expect(parseJmapidRow('P1a', bytes('%(I u1)'), 'f')).toMatchObject({ faults: [{ expected: 'a name in N' }] });
  });
});

test.each([
  [undefined, { kind: 'e', letters: '' }],
  ['e', { kind: 'e', letters: 'e' }],
  ['edl', { kind: 'e', deleted: true, legacyDirs: true }],
  ['f', { kind: 'f' }],
  ['dc', { kind: 'c', deleted: true }],
  ['ei', { intermediate: true }],
  ['erzm', { remote: true, reserved: true, moving: true }],
  ['eQ', { kind: 'e', letters: 'eQ' }],
])('parseMbtype(%j)', (letters, expected) => {
  expect(parseMbtype(letters)).toMatchObject(expected);
});

// A mutation of a row gave `inspect` a uidvalidity that its schema forbids.
test('a uidvalidity of more than 32 bits is a fault, in every form of a row', () => {
  const parse = (uidvalidity: string) =>
    parseMbentry('user.a', bytes(`%(T e I x P default V ${uidvalidity} A %(a lr))`), 'f');
  expect(parse('4294967295')).toMatchObject({ value: { uidvalidity: 4294967295 }, faults: [] });
  const { value, faults } = parse('4294967296');
  expect(value).toMatchObject({ mboxname: 'user.a', uniqueid: 'x' });
  expect(value).not.toHaveProperty('uidvalidity');
  expect(faults).toEqual([
    {
      code: 'mbentry-syntax',
      file: 'f',
      expected: 'a number in V, at most 4294967295',
      actual: 'user.a: 4294967296',
    },
  ]);
});

describe('a row as large as a row may be', () => {
  test('a fault shows the beginning of a long name and value', () => {
    const { faults } = parseMbentry('n'.repeat(5000), bytes(`%(T e C ${'x'.repeat(5000)})`), 'f');
    expect(faults.map(({ actual }) => actual)).toEqual([`${'n'.repeat(1000)}: ${'x'.repeat(1000)}`]);
  });

  test('the faults of a long history are told in part', () => {
    const { value, faults } = parseMbentry('user.a', bytes(`%(T e H (${'x '.repeat(1000)}x))`), 'f');
    expect(value?.history).toEqual([]);
    expect(faults).toHaveLength(20);
  });

  test('an ACL of 16 MiB is a fault', () => {
    const { value, faults } = parseMbentry('user.a', bytes(`%(T e I x P p A %(${'a b '.repeat(4 << 20)}a b))`), 'f');
    expect(value).toBeUndefined();
    expect(faults).toMatchObject([{ code: 'mbentry-syntax', expected: 'at most 250000 items' }]);
  });

  test('an ACL of 100 KiB is none', () => {
    const acl = Array.from({ length: 10_000 }, (_, i) => `user${i} lrs`).join(' ');
    const { value, faults } = parseMbentry('user.a', bytes(`%(T e I x P p A %(${acl}))`), 'f');
    expect([value?.acl.length, value?.acl.at(-1), faults]).toEqual([
      10_000,
      { identifier: 'user9999', rights: 'lrs' },
      [],
    ]);
  });
});
