/** Whatever the bytes and the name, an inspection ends in items or in one line of advice, and soon. */
import fc from 'fast-check';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { itemText } from '../../src/cli/item-text.js';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import { AuditError } from '../../src/model/audit-error.js';
import { itemProblem } from '../support/inspect-schema.js';
import { withTree } from '../versions/version-fixture.js';

/** One real file of each kind. */
const REAL: readonly (readonly [tree: string, path: string])[] = [
  ['v2.4.20-single-b', 'side/conf/mailboxes.db'],
  ['v2.4.20-single-b', 'side/conf/quotas.db'],
  ['v2.4.20-single-b', 'side/conf/annotations.db'],
  ['v3.0.18-conv-pair-splitbrain', 'master/conf/user/a/alice.conversations'],
  ['v3.0.18-conv-pair-splitbrain', 'master/conf/user/a/alice.counters'],
  ['v3.8.7-single-d', 'side/conf/mailboxes.db'],
  ['v3.8.7-single-d', 'side/conf/shared.counters'],
  ['v3.8.7-single-d', 'side/conf/sync/log'],
  ['v3.8.7-single-d', 'side/conf/quota/b/user.bob'],
  ['v3.8.7-single-d', 'side/conf/db/skipstamp'],
  ['v3.8.7-single-d', 'side/imapd.conf'],
  ['v3.8.7-single-d', 'side/conf/user/uuid/0/9/09a635b7-1c0a-4ad1-8d80-c2c766e24a85/conversations.db'],
  ['v3.8.7-single-d', 'side/conf/user/uuid/0/9/09a635b7-1c0a-4ad1-8d80-c2c766e24a85/sub.db'],
  ['v3.8.7-single-d', 'side/spool/uuid/0/9/09a635b7-1c0a-4ad1-8d80-c2c766e24a85/cyrus.annotations'],
  ['v3.8.7-single-d', 'side/meta/uuid/0/9/09a635b7-1c0a-4ad1-8d80-c2c766e24a85/cyrus.cache'],
  ['v3.8.7-single-d', 'side/meta/uuid/0/9/09a635b7-1c0a-4ad1-8d80-c2c766e24a85/cyrus.header'],
  ['v3.8.7-single-d', 'side/meta/uuid/0/9/09a635b7-1c0a-4ad1-8d80-c2c766e24a85/cyrus.index'],
];

/** Names that lead to a decoder by themselves. */
const NAMES = [
  ...new Set(REAL.map(([, path]) => basename(path))),
  'bob.seen',
  'statuscache.db',
  'deliver.db',
  'cyrus.expunge',
  'cyrus.squat',
  'a.bc',
  'a.script',
  '1.',
  'nobody',
];

let dir: string;
const bytesOf = new Map<string, Buffer>();
beforeAll(async () => {
  dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cyraudit-hostile-'));
  for (const tree of new Set(REAL.map(([name]) => name))) {
    await withTree(tree, (root) => {
      for (const [name, path] of REAL)
        if (name === tree) bytesOf.set(`${name}/${path}`, readFileSync(join(root, path)));
    });
  }
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** Unit: ms. Far above what the largest of these files takes. */
const TIME_LIMIT = 5000;

function inspectBytes(name: string, bytes: Buffer): void {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  const start = Date.now();
  try {
    const { about, items } = inspectFile(path);
    for (const item of items) {
      expect(itemText(item)).toMatch(/\n$/);
      expect(itemProblem(path, about, item)).toBeUndefined();
    }
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
  }
  expect(Date.now() - start).toBeLessThan(TIME_LIMIT);
}

/** A change of some bytes of a file, anywhere in it. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  how: fc.constantFrom('flip', 'zero', 'ones', 'increment', 'cut', 'double', 'drop'),
  bit: fc.nat(7),
  length: fc.integer({ min: 1, max: 64 }),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Buffer, { at, how, bit, length }: Mutation): Buffer {
  const from = Math.floor(at * bytes.length);
  const end = Math.min(bytes.length, from + length);
  const changed = Buffer.from(bytes);
  switch (how) {
    case 'flip':
      if (from < changed.length) changed[from]! ^= 1 << bit;
      return changed;
    case 'zero':
      return changed.fill(0, from, end);
    case 'ones':
      return changed.fill(0xff, from, end);
    case 'increment':
      if (from < changed.length) changed[from] = (changed[from]! + 1) & 0xff;
      return changed;
    case 'cut':
      return changed.subarray(0, from);
    case 'double':
      return Buffer.concat([changed.subarray(0, end), changed.subarray(from)]);
    case 'drop':
      return Buffer.concat([changed.subarray(0, from), changed.subarray(end)]);
  }
}

describe('a real file with some bytes changed', () => {
  test.each(REAL)('%s %s', (tree, path) => {
    const bytes = bytesOf.get(`${tree}/${path}`)!;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        inspectBytes(basename(path), mutations.reduce(mutate, bytes));
      }),
      { numRuns: bytes.length > 20_000 ? 15 : 60 },
    );
  });
});

test('any bytes under any name', () => {
  const magic = fc.constantFrom(
    '',
    'a1028b0d74776f736b69702066696c6500000000',
    'a1028b0d736b69706c6973742066696c65000000',
    'a1028b0d74776f6d66696c6500000000',
    '4379725342797465636f6465',
    '535155415420310a',
  );
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), magic, fc.uint8Array({ maxLength: 400 }), (name, hex, rest) => {
      inspectBytes(name, Buffer.concat([Buffer.from(hex, 'hex'), rest]));
    }),
    { numRuns: 400 },
  );
});

test('any text under any name', () => {
  const text = fc.string({
    unit: fc.constantFrom(
      'a',
      '1',
      ' ',
      '\t',
      '\n',
      '%(',
      ')',
      'USER ',
      ':',
      'configdirectory: x\n',
      '\0',
      '%',
      'S',
      '\x1f',
    ),
    maxLength: 40,
  });
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), text, (name, content) => {
      inspectBytes(name, Buffer.from(content, 'latin1'));
    }),
    { numRuns: 400 },
  );
});
