import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkCaches } from '../../src/audit/check-cache.js';
import type { ReadMailbox } from '../../src/audit/read-mailbox.js';
import { TwinCaches } from '../../src/audit/twin-caches.js';
import { INDEX_VERSIONS } from '../../src/formats/index/versions/all.js';
import { FLAG_ARCHIVED } from '../../src/model/index-file.js';
import { blockOf } from '../support/build-index.js';
import { encodeCache, encodeCacheRecord } from '../support/encode/encode-cache.js';
import { encodeIndex, type RecordValues } from '../support/encode/encode-index.js';

const SIDES = ['master', 'replica'] as const;
type Role = (typeof SIDES)[number];

const GENERATION = 7;
const version = INDEX_VERSIONS.get(17)!;
const cache = encodeCache(
  [1, 2, 3].map((n) => encodeCacheRecord({ headers: `Subject: number ${String(n)}\r\n` })),
  GENERATION,
);
const records: readonly RecordValues[] = cache.records.map((place, n) => ({
  uid: n + 1,
  guid: Buffer.alloc(20, n + 1),
  cacheVersion: 11,
  ...place,
}));

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'cyraudit-twin-caches-'));
  for (const side of SIDES) {
    mkdirSync(join(top, side, 'archive'), { recursive: true });
    write(side, cache.bytes);
  }
});
afterEach(() => {
  rmSync(top, { recursive: true });
});

const write = (side: Role, bytes: Buffer, below = ''): void =>
  writeFileSync(join(top, side, below, 'cyrus.cache'), bytes);

interface How {
  readonly of?: readonly RecordValues[];
  readonly generation?: number;
  readonly hasArchive?: boolean;
  readonly isSound?: boolean;
}

function mailbox(side: Role, { of = records, generation = GENERATION, hasArchive = false, isSound = true }: How) {
  const index = encodeIndex({ version, records: of });
  const archive = hasArchive ? 'archive' : '';
  return {
    dirs: { metaOf: (type: string) => join(top, side, type === 'archivecache' ? archive : '', 'cyrus.cache') },
    stream: { version, blocks: () => [blockOf(index, version)] },
    indexHeader: { generationNo: generation },
    recordsAreSound: isSound,
  } as unknown as ReadMailbox;
}

interface Said {
  readonly faults: readonly string[];
  readonly read: number;
}

/**
 * What the checks of both sides say, the master first.
 * @param isBeside whether its caches are compared with those of the replica on the way
 */
function check(isBeside: boolean, how: Partial<Record<Role, How>> = {}): Record<Role, Said> {
  const counts = { master: { bytesRead: 0 }, replica: { bytesRead: 0 } };
  const [master, replica] = [mailbox('master', how.master ?? {}), mailbox('replica', how.replica ?? {})];
  const twins = isBeside ? new TwinCaches(master, replica, counts.replica) : undefined;
  const unread: string[] = [];
  const faultsOf = (read: ReadMailbox, role: Role): string[] =>
    Array.from(
      checkCaches(
        read,
        { isDecoded: true, ...(role === 'master' ? { twins } : { proven: twins }) },
        counts[role],
        unread,
      ),
      (fault) => JSON.stringify(fault),
    );
  const faults = { master: faultsOf(master, 'master'), replica: faultsOf(replica, 'replica') };
  expect(unread).toEqual([]);
  return {
    master: { faults: faults.master, read: counts.master.bytesRead },
    replica: { faults: faults.replica, read: counts.replica.bytesRead },
  };
}

const faultsOf = ({ master, replica }: Record<Role, Said>) => [master.faults, replica.faults];

/** Says whether the replica's cache was taken for proven, after it has been held against a check of its own. */
function isProven(how: Partial<Record<Role, How>> = {}): boolean {
  const beside = check(true, how);
  const alone = check(false, how);
  expect(faultsOf(beside)).toEqual(faultsOf(alone));
  expect(beside.master).toEqual(alone.master);
  // Nothing of it is read by a check of its own; what was proven was found without a fault.
  const isRead = alone.replica.read > 0;
  return isRead && beside.replica.read === cache.bytes.length && beside.replica.faults.length === 0;
}

test('the same caches are read once each, and decoded once', () => {
  expect(isProven()).toBe(true);
});

test('any bytes in either cache are found by the check of that side', () => {
  const side = fc.constantFrom(...SIDES, 'both');
  const at = fc.nat(cache.bytes.length - 1);
  fc.assert(
    fc.property(side, at, fc.integer({ min: 1, max: 255 }), fc.nat(3), (which, place, change, cut) => {
      const damaged = Buffer.from(cache.bytes.subarray(0, cache.bytes.length - cut));
      damaged[Math.min(place, damaged.length - 1)]! ^= change;
      for (const role of SIDES) write(role, which === role || which === 'both' ? damaged : cache.bytes);
      expect(faultsOf(check(true))).toEqual(faultsOf(check(false)));
    }),
  );
});

test.each<[string, Partial<Record<Role, How>>]>([
  ['another record', { replica: { of: records.slice(1) } }],
  ['a record more', { master: { of: records.slice(1) } }],
  ['another checksum', { replica: { of: records.map((record) => ({ ...record, cacheCrc: 9 })) } }],
  ['records that cannot be trusted', { replica: { isSound: false } }],
  ['another generation', { replica: { generation: 8 } }],
  ['a cache of its own for archived messages', { replica: { hasArchive: true } }],
])('%s on one side: each is decoded', (_, how) => {
  const beside = check(true, how);
  const alone = check(false, how);
  expect(faultsOf(beside)).toEqual(faultsOf(alone));
  expect(beside.replica.read).toBeGreaterThanOrEqual(alone.replica.read);
  expect(alone.replica.read).toBeGreaterThan(0);
});

test('the generation of the replica is asked for', () => {
  const of = (generation: number): Buffer => {
    const bytes = Buffer.from(cache.bytes);
    bytes.writeUInt32BE(generation);
    return bytes;
  };
  write('replica', of(3));
  expect(check(true).replica.faults).toEqual([expect.stringContaining('cache-generation')]);
  // As after a repack of the replica alone.
  expect(isProven({ replica: { generation: 3 } })).toBe(true);
});

test('a cache that is missing on the replica is missed there', () => {
  rmSync(join(top, 'replica/cyrus.cache'));
  expect(faultsOf(check(true))).toEqual([[], [expect.stringContaining('cache-missing')]]);
});

test('what is damaged in the archive is found there', () => {
  const of = records.map((record, n) => ({ ...record, systemFlags: n === 1 ? FLAG_ARCHIVED : 0 }));
  const how = { of, hasArchive: true };
  for (const side of SIDES) write(side, cache.bytes, 'archive');
  expect(faultsOf(check(true, { master: how, replica: how }))).toEqual([[], []]);
  const damaged = Buffer.from(cache.bytes);
  damaged[cache.records[1]!.cacheOffset + 9]! ^= 1;
  write('replica', damaged, 'archive');
  const [ofMaster, ofReplica] = faultsOf(check(true, { master: how, replica: how }));
  expect(ofMaster).toEqual([]);
  expect(ofReplica).toEqual([expect.stringContaining('archive/cyrus.cache')]);
});
