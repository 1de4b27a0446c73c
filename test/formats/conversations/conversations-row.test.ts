import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConversationRow } from '../../../src/formats/conversations/conversation-row.js';
import { parseConversationsRow } from '../../../src/formats/conversations/conversations-row.js';
import { GUID_ROW_LAYOUTS } from '../../../src/formats/conversations/guid-row.js';
import { openDatabase } from '../../../src/sources/spool/open-database.js';
import { encodeConversation, encodeGuidRow, type GuidRowContent } from '../../support/encode/encode-conversations.js';
import { withTree } from '../../versions/version-fixture.js';

const parse = (key: string, value: string | Buffer) =>
  parseConversationsRow(Buffer.from(key, 'utf8'), typeof value === 'string' ? Buffer.from(value, 'utf8') : value, 'c');
const GUID = '01459347e6f3a49280b4bd4a9b07425245cba240';

describe('rows of real servers', () => {
  test.each<[string, string, string | Buffer, object]>([
    ['3.0.18', '$COUNTED_FLAGS', '', { kind: 'counted-flags', flags: [] }],
    [
      '3.6.1',
      '$COUNTED_FLAGS',
      '\\Draft \\Flagged $X',
      { kind: 'counted-flags', flags: ['\\Draft', '\\Flagged', '$X'] },
    ],
    [
      '3.0.18',
      '$FOLDER_NAMES',
      '(user.alice "user.alice.Bar baz" - user.alice.&AOQ-x)',
      {
        kind: 'folders',
        by: 'mboxname',
        folders: ['user.alice', 'user.alice.Bar baz', undefined, 'user.alice.&AOQ-x'],
      },
    ],
    [
      '3.8.7',
      '$FOLDER_IDS',
      '(09a635b7-1c0a-4ad1-8d80-c2c766e24a85 -)',
      { kind: 'folders', by: 'uniqueid', folders: ['09a635b7-1c0a-4ad1-8d80-c2c766e24a85', undefined] },
    ],
    ['3.13', '$VERSION', '2', { kind: 'version', version: 2 }],
    ['3.13', '$COMPACT_EMAILIDS', '1', { kind: 'compact-emailids', value: '1' }],
    [
      '3.0.18',
      '<m100@example.org>',
      '0 8cd8ecbb8d887128 1795231489',
      { kind: 'msgid', msgid: '<m100@example.org>', version: 0, cids: [0x8cd8ecbb8d887128n], time: 1795231489 },
    ],
    [
      'two conversations',
      '<a>',
      '0 8cd8ecbb8d887128,0000000000000001 1',
      { kind: 'msgid', msgid: '<a>', version: 0, cids: [0x8cd8ecbb8d887128n, 1n], time: 1 },
    ],
    [
      '3.0.18',
      'Fuser.alice.#hash',
      '0 (24 0 0)',
      { kind: 'folder', folder: 'user.alice.#hash', version: 0, threadmodseq: 24n, threadexists: 0, threadunseen: 0 },
    ],
    [
      '3.8.7',
      'F09a635b7-1c0a-4ad1-8d80-c2c766e24a85',
      '0 (294 27 15 29 15)',
      {
        kind: 'folder',
        folder: '09a635b7-1c0a-4ad1-8d80-c2c766e24a85',
        version: 0,
        threadmodseq: 294n,
        threadexists: 27,
        threadunseen: 15,
        emailexists: 29,
        emailunseen: 15,
      },
    ],
    ['3.8.7', 'Q', '1 %(E 67 S 24970)', { kind: 'quota', emails: 67n, storage: 24970n }],
    ['3.13', 'J-0123abcXYZ', GUID, { kind: 'jmapid', jmapid: '-0123abcXYZ', guid: GUID }],
    [
      '3.0.18',
      'B02373b13df148f9e',
      `0 (123 1 1 1 () ((9 123 1 1 1)) ((NIL NIL sender182 example.org 1700000000 1)) message182 212 ((${GUID} 1 1700010920 3159207131)))`,
      {
        kind: 'conversation',
        cid: 0x02373b13df148f9en,
        version: 0,
        modseq: 123n,
        numRecords: 1,
        exists: 1,
        unseen: 1,
        flagCounts: [],
        folders: [{ folder: 9, modseq: 123n, numRecords: 1, exists: 1, unseen: 1 }],
        senders: [{ mailbox: 'sender182', domain: 'example.org', lastseen: 1700000000, exists: 1 }],
        subject: 'message182',
        size: 212,
        thread: [{ guid: GUID, exists: 1, internaldate: 1700010920, hashes: [3159207131] }],
      },
    ],
    [
      '3.8.7, with a literal',
      'B12dde1b0ad0b2611',
      `1 (97 1 1 1 () ((0 97 1 1 1)) () {8+}\r\näöü27 167 ((${GUID} 1 1700001620)) 97)`,
      {
        kind: 'conversation',
        cid: 0x12dde1b0ad0b2611n,
        version: 1,
        modseq: 97n,
        numRecords: 1,
        exists: 1,
        unseen: 1,
        flagCounts: [],
        folders: [{ folder: 0, modseq: 97n, numRecords: 1, exists: 1, unseen: 1 }],
        senders: [],
        subject: 'äöü27',
        size: 167,
        thread: [{ guid: GUID, exists: 1, internaldate: 1700001620 }],
        createdmodseq: 97n,
      },
    ],
    [
      '3.0.18',
      `G${GUID}:12:1`,
      '90b64aa6ed9aaf80',
      { kind: 'guid', guid: GUID, places: [{ folder: 12, uid: 1 }], version: 0, cid: 0x90b64aa6ed9aaf80n },
    ],
    [
      '3.0.18, a part',
      `G${GUID}:0:5[1.2]`,
      '',
      { kind: 'guid', guid: GUID, places: [{ folder: 0, uid: 5, part: '1.2' }], version: 0 },
    ],
    [
      '3.8.7',
      `G${GUID}:1:3`,
      Buffer.from('82900d7672e9e585d3200000082000000000000000655408e8', 'hex'),
      {
        kind: 'guid',
        guid: GUID,
        places: [{ folder: 1, uid: 3 }],
        version: 2,
        cid: 0x900d7672e9e585d3n,
        systemFlags: 0x20000008,
        internalFlags: 0x20000000,
        internaldate: 0x655408e8,
      },
    ],
    [
      'before 3.0',
      `G${GUID}`,
      '0:5,3:7[1]',
      {
        kind: 'guid',
        guid: GUID,
        places: [
          { folder: 0, uid: 5 },
          { folder: 3, uid: 7, part: '1' },
        ],
        version: 0,
      },
    ],
  ])('%s: %s', (_, key, value, row) => {
    expect(parse(key, value)).toEqual({ value: row, faults: [] });
  });

  // All rows of a user of each release; version 3 is of the sample mailbox of 3.12.
  test.each<[string, string, number]>([
    ['v3.0.18-conv-pair-splitbrain', 'master/conf/user/a/alice.conversations', 0],
    ['v3.8.7-single-d', 'side/conf/user/uuid/0/9/09a635b7-1c0a-4ad1-8d80-c2c766e24a85/conversations.db', 2],
    ['index-version-19', 'conf/user/c/cassandane.conversations', 3],
  ])('%s %s is decoded without a fault', async (tree, path, version) => {
    await withTree(tree, (dir) => {
      const opened = openDatabase(join(dir, path));
      const rows = [...opened.db!.rows()].map(({ key, value }) => parseConversationsRow(key, value, path));
      opened.close();
      expect(rows.flatMap(({ faults }) => faults)).toEqual([]);
      const versions = rows.flatMap(({ value }) => (value?.kind === 'guid' ? [value.version] : []));
      expect(new Set(versions)).toEqual(new Set([version]));
    });
  });
});

describe('what every version writes comes back', () => {
  const u32 = fc.nat(0xffffffff);
  const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const seconds = fc.nat(2 ** 31);
  const nsec = fc.nat(999_999_999);
  const guid = fc.stringMatching(/^[0-9a-f]{40}$/);

  test('the tables are those of the document', () => {
    expect([...GUID_ROW_LAYOUTS].map(([version, { size }]) => [version, size])).toEqual([
      [1, 25],
      [2, 25],
      [3, 33],
      [4, 33],
    ]);
  });

  test.each([0, 1, 2, 3, 4])('a row by guid of version %i', (version) => {
    const content = fc.record({
      guid,
      folder: u32,
      uid: u32,
      part: fc.option(fc.constantFrom('1', '2.1.3'), { nil: undefined }),
      cid: u64,
      systemFlags: u32,
      internalFlags: u32,
      internaldate: seconds,
      internaldateNsec: nsec,
      basecid: u64,
    });
    fc.assert(
      fc.property(content, (c) => {
        const [key, value] = encodeGuidRow(version, c as GuidRowContent);
        const { guid: id, folder, uid, part, cid, basecid, internaldateNsec, ...rest } = c;
        expect(parseConversationsRow(key, value, 'c')).toEqual({
          value: {
            kind: 'guid',
            guid: id,
            places: [{ folder, uid, ...(part === undefined ? {} : { part }) }],
            version,
            ...(version === 0 && cid === 0n ? {} : { cid }),
            ...(version === 0 ? {} : rest),
            ...(version < 3 ? {} : { basecid }),
            ...(version < 4 ? {} : { internaldateNsec }),
          },
          faults: [],
        });
      }),
    );
  });

  test.each([0, 1, 2])('a conversation of version %i', (version) => {
    const word = fc.string({ unit: fc.constantFrom('a', ' ', 'ä', '"', '\\', '(', '%'), maxLength: 6 });
    const optional = fc.option(word, { nil: undefined });
    const message = fc.record(
      {
        guid,
        exists: u32,
        internaldate: seconds,
        ...(version === 0 ? { hashes: fc.array(u32, { minLength: 1, maxLength: 2 }) } : {}),
        ...(version === 2 ? { internaldateNsec: nsec, createdmodseq: u64 } : {}),
      },
      { requiredKeys: ['guid', 'exists', 'internaldate', ...(version === 2 ? (['internaldateNsec'] as never[]) : [])] },
    );
    const row = fc.record({
      kind: fc.constant('conversation' as const),
      cid: u64,
      version: fc.constant(version),
      modseq: u64,
      numRecords: u32,
      exists: u32,
      unseen: u32,
      flagCounts: fc.array(u32, { maxLength: 3 }),
      folders: fc.array(fc.record({ folder: u32, modseq: u64, numRecords: u32, exists: u32, unseen: u32 }), {
        maxLength: 3,
      }),
      senders: fc.array(
        fc.record({ name: optional, route: optional, mailbox: optional, domain: optional, lastseen: u32, exists: u32 }),
        { maxLength: 3 },
      ),
      subject: optional,
      size: u32,
      // A time just after the epoch cannot be told from one in seconds.
      thread: fc.array(
        message.filter((m) => m.internaldate > 200),
        { maxLength: 3 },
      ),
      createdmodseq: version === 0 ? fc.constant(undefined) : u64,
    });
    fc.assert(
      fc.property(row, (r) => {
        const [key, value] = encodeConversation(r as ConversationRow);
        // toEqual takes a missing property for one that is undefined.
        expect(parseConversationsRow(key, value, 'c')).toEqual({ value: r, faults: [] });
      }),
    );
  });
});

describe('what is wrong is told', () => {
  test.each<[string, string | Buffer, string]>([
    ['', '', 'conversations-key'],
    ['X', '', 'conversations-key'],
    ['$NEW', '', 'conversations-key'],
    ['B12', '0 ()', 'conversations-key'],
    ['F', '0 (1 2 3)', 'conversations-key'],
    ['J123', GUID, 'conversations-key'],
    ['G12', '', 'conversations-key'],
    [`G${GUID}:x:1`, '', 'conversations-key'],
    [`G${GUID}:1:4294967296`, '', 'conversations-key'],
    [`G${GUID}:1:1[`, '', 'conversations-key'],
    ['J-0123abcXYZ', 'x', 'conversations-syntax'],
    ['$FOLDER_IDS', 'a b', 'conversations-syntax'],
    ['$FOLDER_IDS', '%(a b)', 'conversations-syntax'],
    ['$VERSION', 'x', 'conversations-syntax'],
    ['Q', '1 %(E x S 1)', 'conversations-syntax'],
    ['<a>', '0 12 1', 'conversations-syntax'],
    ['<a>', '1 8cd8ecbb8d887128 1', 'conversations-version'],
    ['Fa', '1 (1 2 3)', 'conversations-version'],
    ['Fa', '0 (1 2)', 'conversations-syntax'],
    ['Fa', '0 (1 2 3 4)', 'conversations-syntax'],
    ['Fa', '(1 2 3)', 'conversations-syntax'],
    ['B02373b13df148f9e', '3 ()', 'conversations-version'],
    ['B02373b13df148f9e', '0 x', 'conversations-syntax'],
    [`G${GUID}:1:1`, 'abc', 'conversations-syntax'],
    [`G${GUID}:1:1`, Buffer.alloc(25, 0x85), 'conversations-version'],
    [`G${GUID}:1:1`, Buffer.alloc(24, 0x82), 'conversations-syntax'],
    [`G${GUID}:1:1`, Buffer.alloc(25, 0x83), 'conversations-syntax'],
  ])('%j', (key, value, code) => {
    const { value: row, faults } = parse(key, value);
    expect(row).toBeUndefined();
    expect(faults.length).toBeGreaterThan(0);
    expect(faults[0]).toMatchObject({ code, file: 'c' });
  });

  test('a conversation with odd parts is read in part', () => {
    const { value, faults } = parse('B02373b13df148f9e', '1 (x 1 1 1 (a) ((1 2 3)) NIL subject 5 ((z 1 1)))');
    expect(value).toMatchObject({ modseq: 0n, numRecords: 1, flagCounts: [], folders: [], senders: [], thread: [] });
    expect(faults.map(({ code }) => code)).toEqual(new Array(5).fill('conversations-syntax'));
  });

  test('a row of nothing but faults gives a bounded number of them', () => {
    const { faults } = parse('B02373b13df148f9e', `1 (1 1 1 1 () (${'x '.repeat(10_000)}x) () s)`);
    expect(faults).toHaveLength(20);
  });

  test('a version of the future is shown with its fault', () => {
    expect(parse('$VERSION', '9')).toMatchObject({
      value: { kind: 'version', version: 9 },
      faults: [{ code: 'conversations-version' }],
    });
  });
});

test('takes any bytes', () => {
  const key = fc.constantFrom(
    'B02373b13df148f9e',
    'Fa',
    `G${GUID}:1:1`,
    `G${GUID}`,
    '$FOLDER_IDS',
    '<a>',
    'Q',
    'J-0123abcXYZ',
    '$VERSION',
  );
  const text = fc.string({
    unit: fc.constantFrom('0', '1', ' ', '(', ')', '%(', 'a', '"', '{2}\r\n', ','),
    maxLength: 40,
  });
  fc.assert(fc.property(key, text, (k, t) => void parse(k, t)));
  fc.assert(
    fc.property(key, fc.uint8Array({ maxLength: 60 }), (k, b) => {
      parse(k, Buffer.from(b));
      parseConversationsRow(Buffer.from(b), Buffer.from(b), 'c');
    }),
  );
});
