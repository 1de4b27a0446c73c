import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCounters } from '../../../src/formats/counters/counters.js';
import { COUNTERS_VERSIONS } from '../../../src/formats/counters/versions.js';
import { countersFields, encodeCounters } from '../../support/encode/encode-counters.js';
import { withTree } from '../../versions/version-fixture.js';

/** Source: mailbox-files.md section 8. */
const SIZES = [48, 56, 64, 88, 104, 120, 200, 232, 264, 296];

test('the tables have the sizes and the order of the document', () => {
  expect(COUNTERS_VERSIONS.map(({ version, layout }) => [version, layout.size])).toEqual([...SIZES.entries()]);
  for (const { version, layout } of COUNTERS_VERSIONS) {
    const inOrder = Object.entries(layout.fields).sort(([, a], [, b]) => a.at - b.at);
    expect(inOrder.map(([name]) => name)).toEqual([
      'generation',
      'version',
      ...countersFields(version),
      'uidvalidity',
      'crc',
    ]);
  }
});

describe('files of real servers', () => {
  test.each([
    ['v3.0.18-conv-pair-splitbrain', 'master/conf/user/a/alice.counters', 3, 0xb8, 0xadn],
    ['v3.0.18-conv-pair-splitbrain', 'master/conf/shared.counters', 3, 0x19, 0x17n],
    ['v3.6.1-single-e', 'side/conf/shared.counters', 9, 0x18, 0x14n],
    ['v3.6.1-single-e', 'side/conf/user/uuid/0/v/0vkedpl7tdlyx7dli7zwebho/counters.db', 9, 13, 8n],
    ['v3.8.7-single-d', 'side/conf/shared.counters', 9, 0x1b, 0x18n],
  ])('%s %s', async (tree, path, version, generation, highestmodseq) => {
    await withTree(tree, (dir) => {
      const { value, faults } = parseCounters(readFileSync(join(dir, path)), path);
      expect(faults).toEqual([]);
      expect(value).toMatchObject({ version, generation, modseqs: { highestmodseq } });
      expect(Object.keys(value!.modseqs)).toEqual(countersFields(version));
      for (const modseq of Object.values(value!.modseqs)) expect(modseq).toBeLessThanOrEqual(highestmodseq);
    });
  });
});

const u32 = fc.nat(0xffffffff);
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const contentArb = fc.nat(9).chain((version) =>
  fc.record({
    version: fc.constant(version),
    generation: u32,
    uidvalidity: u32,
    modseqs: fc.record(Object.fromEntries(countersFields(version).map((name) => [name, u64]))),
  }),
);

test('every version comes back', () => {
  fc.assert(
    fc.property(contentArb, u32, (content, odd) => {
      const storedVersion = content.version === 0 ? odd : content.version;
      expect(parseCounters(encodeCounters({ ...content, storedVersion }), 'c')).toEqual({ value: content, faults: [] });
    }),
  );
});

test('a flipped bit is told, wherever it is', () => {
  const file = encodeCounters({ version: 9, generation: 3, uidvalidity: 7, modseqs: { highestmodseq: 5n } });
  for (let at = 0; at < file.length; at++) {
    const flipped = Buffer.from(file);
    flipped[at]! ^= 1 << (at % 8);
    expect(parseCounters(flipped, 'c').faults).toHaveLength(1);
  }
});

test.each<[string, Buffer, object]>([
  ['nothing', Buffer.alloc(0), { code: 'counters-size', offset: 0, actual: '0 bytes' }],
  ['half a head', Buffer.alloc(5), { code: 'counters-size', offset: 5, actual: '5 bytes' }],
  [
    'a version of the future',
    Buffer.from('000000010000000a0000', 'hex'),
    { code: 'counters-version', offset: 4, expected: 'version 0 to 9', actual: '10' },
  ],
  [
    'a cut file',
    encodeCounters({ version: 9, generation: 1, uidvalidity: 1, modseqs: {} }).subarray(0, 290),
    { code: 'counters-size', offset: 290, expected: '296 bytes of version 9', actual: '290 bytes' },
  ],
  [
    'more than there is',
    Buffer.concat([encodeCounters({ version: 3, generation: 1, uidvalidity: 1, modseqs: {} }), Buffer.alloc(8)]),
    { code: 'counters-size', offset: 88, expected: '88 bytes of version 3', actual: '96 bytes' },
  ],
  ['version 0 of another size', Buffer.alloc(56), { code: 'counters-size', expected: '48 bytes of version 0' }],
])('%s has no value', (_, bytes, fault) => {
  const { value, faults } = parseCounters(bytes, 'c');
  expect(value).toBeUndefined();
  expect(faults).toMatchObject([{ file: 'c', ...fault }]);
});

test('takes any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 320 }), (b) => void parseCounters(Buffer.from(b), 'c')));
});
