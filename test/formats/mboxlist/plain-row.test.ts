/** The short cuts for plain rows and headers, and the scan for fields: what they say is what the decoder says. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { extract } from 'tar';
import type { FormatFault } from '../../../src/model/fault.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { openCyrusDb } from '../../../src/formats/cyrusdb/open-cyrusdb.js';
import {
  MAILBOX_HEADER_MAGIC,
  parseAnyDlistForm,
  parseMailboxHeader,
  parsePlainHeader,
} from '../../../src/formats/mailbox-header/mailbox-header.js';
import { parseAnyMbentry, parseMbentry, parseUniqueidRow } from '../../../src/formats/mboxlist/mbentry.js';
import { decodePlainRow } from '../../../src/formats/mboxlist/plain-row.js';
import { scanEntry, type ScannedEntry } from '../../../src/formats/mboxlist/scan-entry.js';
import { dbnameToMboxname } from '../../../src/formats/mboxlist/names.js';
import { decodeName } from '../../../src/bytes/text.js';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const NAME = 'user.fred';

const textOf = (row: Buffer, entry: ScannedEntry, field: keyof ScannedEntry): string | undefined => {
  const span = entry[field];
  return span && decodeName(row.subarray(span.from, span.to));
};

/** Holds both short cuts against the decoder; says which of them answered. */
function holdRow(value: Buffer): { readonly plain: boolean; readonly scanned: boolean } {
  const any = parseAnyMbentry(NAME, value, 'f');
  const plain = decodePlainRow(NAME, value);
  if (plain !== undefined) expect({ value: plain, faults: [] }).toEqual(any);
  expect(parseMbentry(NAME, value, 'f')).toEqual(any);

  // A row lies somewhere in a larger buffer.
  const around = Buffer.concat([Buffer.from('%(T x '), value, Buffer.from(' A B)')]);
  const scanned = scanEntry(around, 6, 6 + value.length);
  if (scanned !== undefined) {
    expect(any.faults).toEqual([]);
    expect(textOf(around, scanned, 'mbtype') ?? '').toBe(any.value?.mbtype.letters);
    expect(textOf(around, scanned, 'uniqueid')).toBe(any.value?.uniqueid);
    expect(textOf(around, scanned, 'partition')).toBe(any.value?.partition);
    const byId = parseUniqueidRow('id', value, 'f');
    const dbname = scanned.dbname && around.subarray(scanned.dbname.from, scanned.dbname.to);
    expect(dbname && dbnameToMboxname(dbname)).toBe(byId.value?.mboxname);
    if (dbname !== undefined) expect(byId.faults).toEqual([]);
  }
  return { plain: plain !== undefined, scanned: scanned !== undefined };
}

const isOfSyntax = ({ code }: FormatFault): boolean => code !== 'header-flag-twice' && code !== 'header-flag-name';

function holdHeader(bytes: Buffer): boolean {
  const any = parseAnyDlistForm(bytes, 'f');
  const plain = parsePlainHeader(bytes);
  if (plain !== undefined) expect({ value: plain, faults: [] }).toEqual(any);
  if (bytes[MAILBOX_HEADER_MAGIC.length] === 0x25) {
    const { value, faults } = parseMailboxHeader(bytes, 'f');
    // What the flag names are is looked at in both forms, after them.
    expect({ ...(value === undefined ? {} : { value }), faults: faults.filter(isOfSyntax) }).toEqual(any);
  }
  return plain !== undefined;
}

describe('what real Cyrus wrote', () => {
  const archives = [
    ...['in-sync', 'fuzz-000', 'fuzz-024', 'acl-differs-both', 'extra-user-replica'].map((n) => `pairs/${n}`),
    ...['clean', 'virtdomains-clean', 'renamed-master', 'legacy-layout-clean', 'seen-by-other-clean'].map(
      (n) => `made/${n}`,
    ),
  ];
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'cyraudit-plain-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test.each(archives)('%s', async (name) => {
    await extract({ file: join(fixtures, name, 'before.tar.gz'), cwd: dir, preserveOwner: false });
    const answered = { rows: 0, plain: 0, scanned: 0, headers: 0, plainHeaders: 0 };
    for (const side of ['master', 'replica']) {
      const { db } = openCyrusDb(bufferSource(readFileSync(join(dir, side, 'conf/mailboxes.db'))), 'f');
      for (const { key, value } of db!.rows()) {
        if (key[0] !== 0x4e && key[0] !== 0x49) continue;
        const { plain, scanned } = holdRow(value);
        answered.rows++;
        answered.plain += Number(plain);
        answered.scanned += Number(scanned);
      }
      for (const path of readdirSync(join(dir, side), { recursive: true, encoding: 'utf8' })) {
        if (!path.endsWith('cyrus.header')) continue;
        const bytes = readFileSync(join(dir, side, path));
        if (!bytes.subarray(0, MAILBOX_HEADER_MAGIC.length).equals(MAILBOX_HEADER_MAGIC)) continue;
        answered.headers++;
        answered.plainHeaders += Number(holdHeader(bytes));
      }
    }
    // The short cuts are there because nearly every row and header is plain.
    expect(answered.plain).toBeGreaterThan(answered.rows * 0.25);
    expect(answered.scanned).toBeGreaterThan(answered.rows * 0.6);
    expect(answered.plainHeaders).toBeGreaterThan(answered.headers * 0.6);
    rmSync(join(dir, 'master'), { recursive: true });
    rmSync(join(dir, 'replica'), { recursive: true });
  });
});

const word = fc.oneof(
  { weight: 60, arbitrary: fc.stringMatching(/^[a-zA-Z0-9.^-]{1,12}$/) },
  { weight: 6, arbitrary: fc.constantFrom('user\x1ffred', 'a!b', 'example.com\x1duser\x1ffred') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'NIL',
      'nil',
      '""',
      '"NIL"',
      '"a b"',
      '"a\\"b"',
      '"a)"',
      '"ü"',
      'ü',
      '{3}\r\nabc',
      '{3+}\r\na b',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '%',
      '%x',
      '(',
      ')',
      'a"b',
      'a{b',
      'a%(b',
      '\\',
      'a\\b',
      '\r',
      '\n',
      '\0',
      'a\0',
      '\x7f',
      '{',
      '{9}\r\nab',
      '',
      ' ',
    ),
  },
);
const number = fc.oneof(
  { weight: 40, arbitrary: fc.nat().map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '0',
      '007',
      '4294967295',
      '4294967296',
      '18446744073709551615',
      '99999999999999999999',
      '1'.repeat(21),
      '-1',
      '1.5',
      'NIL',
      '"12"',
      '',
    ),
  },
);
const rights = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.array(fc.tuple(word, word), { maxLength: 3 }).map((r) => `%(${r.map((p) => p.join(' ')).join(' ')})`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '%()',
      '%( )',
      '()',
      'NIL',
      '%(fred)',
      '%(fred lrs bob)',
      '%(fred (lrs))',
      '%(fred %())',
      '%(fred lrs )',
      '%(fred  lrs)',
      'fred',
    ),
  },
);
const history = fc.constantFrom('()', 'NIL', '(%(N a))', '(%(N a M 1 T e P default))', '(%(M 1))', 'x', '( )');
const type = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom('e', 'd', 'i', 'le', 'n') },
  { weight: 1, arbitrary: word },
);

const field = (key: string, value: fc.Arbitrary<string>, there = 40, missing = 1) =>
  fc.oneof(
    { weight: there, arbitrary: value.map((text) => `${key} ${text}`) },
    { weight: missing, arbitrary: fc.constant(undefined) },
  );
const joined = (fields: readonly (string | undefined)[]): string =>
  fields.filter((text) => text !== undefined).join(' ');

const inOrder = fc
  .tuple(
    field('T', type),
    field('I', word),
    field('N', word, 1, 8),
    field('P', word),
    field('S', word, 1, 8),
    field('V', number),
    field('C', number),
    field('F', number),
    field('M', number),
    field('A', rights),
    field('H', history, 1, 8),
  )
  .map(joined);
const shuffled = fc
  .array(
    fc.oneof(
      field('T', type),
      field('I', word),
      field('N', word),
      field('P', word),
      field('S', word),
      field('V', number),
      field('A', rights),
      field('H', history),
      field('X', word),
      field('', word),
      field('TT', word),
      field('"T"', word),
    ),
    { maxLength: 8 },
  )
  .map(joined);
const rowText = fc
  .tuple(
    fc.oneof(inOrder, shuffled),
    fc.oneof({ weight: 20, arbitrary: fc.constant('%(') }, { weight: 1, arbitrary: fc.constantFrom('(', '%( ', '%') }),
    fc.oneof(
      { weight: 20, arbitrary: fc.constant(')') },
      { weight: 1, arbitrary: fc.constantFrom('', ') ', ')\n', '))', ' )') },
    ),
  )
  .map(([body, open, close]) => `${open}${body}${close}`);
const edits = fc.array(fc.tuple(fc.nat(300), fc.constantFrom(...Array.from(' "%(){}\\\r\n\0NIL9a\x1f\xff'))), {
  maxLength: 2,
});

/** Text as bytes, with some of them changed. */
function change(text: string, bytes: readonly (readonly [number, string])[]): Buffer {
  const row = Buffer.from(text, 'utf8');
  for (const [at, byte] of bytes) if (row.length > 0) row.write(byte, at % row.length, 'latin1');
  return row;
}

describe('made rows', () => {
  test('answers are the decoder’s', () => {
    const answered = { plain: 0, scanned: 0 };
    fc.assert(
      fc.property(
        rowText,
        fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: edits }),
        (text, bytes) => {
          const { plain, scanned } = holdRow(change(text, bytes));
          answered.plain += Number(plain);
          answered.scanned += Number(scanned);
        },
      ),
      { numRuns: 6000 },
    );
    expect(answered.plain).toBeGreaterThan(50);
    expect(answered.scanned).toBeGreaterThan(200);
  });

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void holdRow(Buffer.from(bytes))));
  });
});

describe('made headers', () => {
  const flags = fc.oneof(
    { weight: 20, arbitrary: fc.array(word, { maxLength: 4 }).map((names) => `(${names.join(' ')})`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('()', 'NIL', '(NIL a)', `(${'a '.repeat(127)}a)`, `(${'a '.repeat(128)}a)`, '((a))'),
    },
  );
  const body = fc
    .tuple(
      field('T', type),
      field('N', word),
      field('I', word),
      field('Q', word, 1, 8),
      field('A', rights),
      field('U', flags),
    )
    .map(joined);
  const text = fc
    .tuple(
      body,
      fc.oneof(
        { weight: 20, arbitrary: fc.constant(')\n') },
        { weight: 1, arbitrary: fc.constantFrom(')', ')\n\n', ')\r\n', '\n', ' )\n', ')x\n') },
      ),
    )
    .map(([fields, end]) => `%(${fields}${end}`);

  test('answers are the decoder’s', () => {
    let plain = 0;
    fc.assert(
      fc.property(
        text,
        fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: edits }),
        (fields, bytes) => {
          plain += Number(holdHeader(Buffer.concat([MAILBOX_HEADER_MAGIC, change(fields, bytes)])));
        },
      ),
      { numRuns: 4000 },
    );
    expect(plain).toBeGreaterThan(50);
  });
});

describe('hostile length', () => {
  const start = '%(T e I id P default A %(';
  const longs: readonly (readonly [string, string])[] = [
    ['words', 'a '.repeat(100_000)],
    ['one word', 'a'.repeat(200_000)],
    ['spaces', ' '.repeat(200_000)],
    ['opened lists', '%('.repeat(100_000)],
    ['quotes', '"'.repeat(200_000)],
    ['closed lists', ')'.repeat(200_000)],
  ];
  test.each(
    longs.flatMap(([name, text]) =>
      ['', ')', '))', 'a b))', '"'].map((end) => [name, end, start + text + end] as const),
    ),
  )('%s, then %j: said the same, and soon', (_, __, text) => {
    const header = Buffer.concat([MAILBOX_HEADER_MAGIC, Buffer.from(`${text.replace('I id P', 'N a I')}\n`)]);
    const row = Buffer.from(text);
    const started = performance.now();
    decodePlainRow(NAME, row);
    scanEntry(row, 0, row.length);
    parsePlainHeader(header);
    expect(performance.now() - started).toBeLessThan(500);
    // The whole text is compared as one value: item by item takes vitest seconds.
    const any = JSON.stringify(parseAnyMbentry(NAME, row, 'f'));
    expect(JSON.stringify(parseMbentry(NAME, row, 'f')) === any).toBe(true);
    expect(JSON.stringify(parseMailboxHeader(header, 'f')) === JSON.stringify(parseAnyDlistForm(header, 'f'))).toBe(
      true,
    );
  });

  test('what is just short enough to be plain is said the same', () => {
    const row = Buffer.from(`${start}${'a '.repeat(32_700)}a b))`);
    expect(JSON.stringify(decodePlainRow(NAME, row)) === JSON.stringify(parseAnyMbentry(NAME, row, 'f').value)).toBe(
      true,
    );
  });

  // The longest value that a row may have, and more than any header: a regular expression must not run out of stack.
  test.each([
    ['words', 'a '.repeat(8 << 20)],
    ['one word', 'a'.repeat(16 << 20)],
  ])('16 MiB of %s in the ACL', (_, text) => {
    for (const end of ['a b))', 'b))', '"']) {
      const row = Buffer.from(start + text + end);
      expect(() => decodePlainRow(NAME, row)).not.toThrow();
      expect(() => scanEntry(row, 0, row.length)).not.toThrow();
    }
  });
});
