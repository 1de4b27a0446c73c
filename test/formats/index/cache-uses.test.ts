import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cacheOffsetOf, cacheUses } from '../../../src/formats/index/cache-uses.js';
import { recordOffsets, type RecordBlock } from '../../../src/formats/index/scan-records.js';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import { blockOf } from '../../support/build-index.js';
import { encodeIndex, type RecordValues } from '../../support/encode/encode-index.js';

const v17 = INDEX_VERSIONS.get(17)!;

/** The records in blocks of three, as a large index gives them: a block is overwritten by the next one. */
function* inBlocks(index: Buffer): Generator<RecordBlock> {
  const { bytes, count, fileOffset } = blockOf(index, v17);
  const { size } = v17.record;
  const shared = Buffer.alloc(3 * size);
  for (let first = 0; first < count; first += 3) {
    const n = Math.min(3, count - first);
    bytes.copy(shared, 0, first * size, (first + n) * size);
    const view = new DataView(shared.buffer, shared.byteOffset, n * size);
    yield { bytes: shared, view, count: n, fileOffset: fileOffset + first * size };
    shared.fill(0xff);
  }
}

test('records come in the order of the file, in batches of any size, and those that share a place in that of the index', () => {
  const offsetArb = fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 2 ** 48 - 1 }));
  fc.assert(
    fc.property(fc.array(offsetArb, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (offsets, capacity) => {
      const records = offsets.map((offset, n): RecordValues => ({
        uid: n + 1,
        cacheOffset: offset % 2 ** 32,
        cacheVersion: Math.floor(offset / 2 ** 32) * 0x10000 + 11,
        cacheCrc: n * 7,
        guid: Buffer.alloc(20, n),
        systemFlags: n % 5 === 0 ? 0x80000000 : 0,
      }));
      const index = encodeIndex({ version: 17, records });
      const o = recordOffsets(v17);
      const found: object[] = [];
      let batches = 0;
      const isWanted = ({ view }: RecordBlock, base: number): boolean => view.getUint32(base + o.systemFlags) === 0;
      for (const uses of cacheUses(() => inBlocks(index), o, isWanted, capacity)) {
        batches++;
        expect(uses.count).toBeGreaterThan(0);
        expect(uses.count).toBeLessThanOrEqual(capacity);
        for (let n = 0; n < uses.count; n++)
          found.push({
            offset: uses.offset[n],
            uid: uses.uid[n],
            cacheVersion: uses.cacheVersion[n],
            cacheCrc: uses.cacheCrc[n],
            guidHead: uses.guidHead[n],
            systemFlags: uses.systemFlags[n],
          });
      }
      const expected = offsets
        .map((offset, n) => ({
          offset,
          uid: n + 1,
          cacheVersion: 11,
          cacheCrc: n * 7,
          guidHead: n * 0x1010101,
          systemFlags: 0,
        }))
        .filter(({ offset, uid }) => offset !== 0 && (uid - 1) % 5 !== 0)
        .sort((a, b) => a.offset - b.offset || a.uid - b.uid);
      expect(found).toEqual(expected);
      expect(batches).toBe(Math.ceil(expected.length / capacity));
    }),
    { numRuns: 500 },
  );
});

test.each([6, 9, 10, 12, 17, 20])('version %i: the place takes its upper half from cache_version', (minor) => {
  const version = INDEX_VERSIONS.get(minor)!;
  const values = { uid: 1, cacheOffset: 0xfffffff0, cacheVersion: 0x12340003, cacheCrc: 5 };
  const index = encodeIndex({ version, records: [values] });
  const o = recordOffsets(version);
  expect(cacheOffsetOf(blockOf(index, version).view, 0, o)).toBe(0x1234fffffff0);
  for (const uses of cacheUses(
    () => [blockOf(index, version)],
    o,
    () => true,
  )) {
    expect([uses.count, uses.cacheVersion[0], uses.cacheCrc[0]]).toEqual([1, 3, minor < 12 ? 0 : 5]);
  }
});
