import fc from 'fast-check';
import { chmodSync, cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoCyrus } from '../../../fixtures/make/instance.js';
import { decodeRecord } from '../../../src/formats/index/decode-record.js';
import { readIndexHeader } from '../../../src/formats/index/read-header.js';
import { FlagCrcs, newTotals, recordOffsets, scanRecords } from '../../../src/formats/index/scan-records.js';
import { ANNOT_CRC_INIT } from '../../../src/formats/index/sync-crc.js';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import { parseMailboxHeader } from '../../../src/formats/mailbox-header/mailbox-header.js';
import { classifyKey } from '../../../src/formats/mboxlist/key.js';
import { parseMbentry, parseUniqueidRow } from '../../../src/formats/mboxlist/mbentry.js';
import type { FormatFault } from '../../../src/model/fault.js';
import { auditPair } from '../../../src/run/audit.js';
import { VECTOR_V17, blockOf, type FieldValues } from '../build-index.js';
import { buildTwoskip } from '../build-twoskip.js';
import { twoskipParts } from './encode-large-twoskip.js';
import { encodeIndex, syncCrcs, type RecordValues } from './encode-index.js';
import { encodeMailboxHeader } from './encode-mailbox-header.js';
import { encodeMbentry } from './encode-mbentry.js';
import { prepareForCyrus } from '../prepare-for-cyrus.js';
import { seeded, writeSide } from './write-side.js';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const aboveZero = fc.integer({ min: 1, max: 0xffffffff });
const u53 = fc.maxSafeInteger().map((n) => Math.abs(n));
const flagName = fc.stringMatching(/^[$A-Za-z][A-Za-z0-9]{0,11}$/);

const recordValues = (names: number): fc.Arbitrary<FieldValues> =>
  fc.record({
    internaldate: u32,
    size: u32,
    lastUpdated: u32,
    systemFlags: fc
      .tuple(fc.integer({ min: 0, max: 0x1f }), fc.boolean())
      .map(([f, x]) => (f | (x ? 1 << 31 : 0)) >>> 0),
    userFlags: fc.integer({ min: 0, max: 2 ** names - 1 }).map((word) => [word, 0, 0, 0]),
    savedate: u32,
    guid: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from([...bytes.subarray(1), 1])),
    modseq: u53,
    cid: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    createdmodseq: u53,
  });

const content = fc.uniqueArray(flagName, { maxLength: 20, selector: (name) => name.toLowerCase() }).chain((userFlags) =>
  fc.record({
    userFlags: fc.constant(userFlags),
    records: fc.uniqueArray(aboveZero, { maxLength: 12 }).chain((uids) =>
      fc.tuple(
        ...uids
          .sort((a, b) => a - b)
          .map((uid) =>
            recordValues(userFlags.length).map((values): RecordValues => ({
              ...values,
              uid,
              createdmodseq: Math.min(Number(values['createdmodseq']), Number(values['modseq'])),
            })),
          ),
      ),
    ),
  }),
);

describe('cyrus.index', () => {
  const versions = [...INDEX_VERSIONS.values()].filter(({ minor }) => minor >= 12);

  test.each(versions.map((version) => [version.minor, version] as const))(
    'version %i: what is encoded is read back without a fault',
    (_, version) => {
      fc.assert(
        fc.property(content, ({ records, userFlags }) => {
          const bytes = encodeIndex({ version, records, userFlags });
          const head = readIndexHeader(bytes.subarray(0, 192), bytes.length, 'f');
          expect(head.faults).toEqual([]);
          const totals = newTotals();
          const faults: FormatFault[] = [];
          const block = blockOf(bytes, version);
          scanRecords(block, version, head.header!, new FlagCrcs(userFlags), totals, faults, 'f');
          expect(faults).toEqual([]);
          const { exists, answered, flagged, deleted, unseen, quotaUsed, maxUid } = totals;
          const at = version.header.offsetOf;
          expect(head.header).toMatchObject({
            numRecords: records.length,
            exists,
            answered,
            flagged,
            deleted,
            lastUid: maxUid,
            quotaMailboxUsed: quotaUsed,
            unseen: at('unseen') < 0 ? 0 : unseen,
            syncCrcBasic: totals.crcBasic >>> 0,
            syncCrcAnnot:
              at('syncCrcAnnot') < 0
                ? 0
                : (ANNOT_CRC_INIT ^ (version.minor < 20 ? totals.crcAnnot : totals.crcAnnotPadded)) >>> 0,
          });
          const offsets = recordOffsets(version);
          for (const [i, values] of records.entries()) {
            const read = decodeRecord(block, i, offsets, userFlags);
            const word = (values['userFlags'] as number[])[0]!;
            const named = userFlags.filter((_name, bit) => (word >>> bit) & 1).map((name) => name.toLowerCase());
            expect(read).toMatchObject({
              uid: values.uid,
              guid: (values['guid'] as Buffer).toString('hex'),
              modseq: values['modseq'],
              internaldate: values['internaldate'],
              lastUpdated: values['lastUpdated'],
              size: values['size'],
              systemFlags: values['systemFlags'],
              userFlags: named.sort(),
              savedate: offsets.savedate < 0 ? 0 : values['savedate'],
              createdmodseq: offsets.createdmodseq < 0 ? 0 : values['createdmodseq'],
              cid: offsets.cid < 0 ? 0n : values['cid'],
            });
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  test('the bytes that Cyrus 3.6.1 wrote', () => {
    const record: RecordValues = {
      uid: 1,
      internaldate: 0x6b00f528,
      sentdate: 0x68bccb00,
      size: 362,
      headerSize: 155,
      gmtime: 0x68bd57a3,
      cacheOffset: 4,
      lastUpdated: 0x6b00f528,
      savedate: 0x6b00f528,
      cacheVersion: 11,
      guid: Buffer.from('2470e5afe9627ef620a68fb5a1e49e4413192517', 'hex'),
      modseq: 4,
      cid: 0xb5833c4ee20b75e4n,
      createdmodseq: 4,
      cacheCrc: 0xf96dff65,
    };
    const header = {
      lastAppenddate: 0x6b00f528,
      uidvalidity: 0x6b00f51a,
      options: 1,
      highestmodseq: 6,
      headerFileCrc: 0x23615644,
      createdmodseq: 1,
      changesEpoch: 0x6b00f519,
    };
    expect(encodeIndex({ version: 17, header, records: [record] }).toString('hex')).toBe(VECTOR_V17.toString('hex'));
    expect(syncCrcs(INDEX_VERSIONS.get(17)!, [record])).toEqual({ syncCrcBasic: 3246164327, syncCrcAnnot: 566797578 });
  });
});

const acl = fc.uniqueArray(
  fc.tuple(fc.stringMatching(/^[-a-z@.:]{1,12}$/), fc.stringMatching(/^[lrswipkxtecdan]{1,14}$/)),
  { maxLength: 5, selector: ([identifier]) => identifier },
);
const uniqueid = fc.stringMatching(/^[0-9a-z]{24}$/);
const part = fc.stringMatching(/^[A-Za-z0-9_ &"%(){\\^-]{1,12}$/);
const mboxname = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ['user', ...parts].join('.'));
const entries = (rows: readonly (readonly [string, string])[]) =>
  rows.map(([identifier, rights]) => ({ identifier, rights }));

describe('cyrus.header and rows of the list', () => {
  test('cyrus.header is read back', () => {
    const isNew = (name: string, i: number, all: readonly (string | undefined)[]): boolean =>
      name.toLowerCase() !== 'last' && all.findIndex((other) => other?.toLowerCase() === name.toLowerCase()) === i;
    // Each name once, as in a sound header.
    const flags = fc
      .array(fc.option(flagName, { nil: undefined, freq: 4 }), { maxLength: 128 })
      .map((names) => names.map((name, i, all) => (name === undefined || isNew(name, i, all) ? name : undefined)));
    fc.assert(
      fc.property(mboxname, uniqueid, acl, flags, (name, id, rows, userFlags) => {
        const header = { mboxname: name, uniqueid: id, acl: rows, userFlags, quotaroot: name };
        expect(parseMailboxHeader(encodeMailboxHeader(header), 'f')).toEqual({
          faults: [],
          value: {
            form: 'dlist',
            mbtype: 'e',
            mboxname: name,
            uniqueid: id,
            quotaroot: name,
            acl: entries(rows),
            userFlags,
          },
        });
        // Trailing free slots are no slots in the text form.
        const named = [...userFlags, 'last'];
        expect(
          parseMailboxHeader(encodeMailboxHeader({ uniqueid: id, acl: rows, userFlags: named }, 'text'), 'f'),
        ).toEqual({
          faults: [],
          value: { form: 'text', uniqueid: id, acl: entries(rows), userFlags: named },
        });
      }),
    );
  });

  test('both rows of a mailbox are read back', () => {
    fc.assert(
      fc.property(mboxname, uniqueid, acl, u32, u53, (name, id, rows, time, modseq) => {
        const values = { uidvalidity: time, createdmodseq: modseq, foldermodseq: modseq, mtime: time, partition: 'p1' };
        const [byName, byId] = encodeMbentry({ mboxname: name, uniqueid: id, acl: rows, ...values });
        expect(classifyKey(byName[0])).toMatchObject({ kind: 'name', mboxname: name });
        expect(classifyKey(byId[0])).toEqual({ kind: 'uniqueid', uniqueid: id });
        for (const { value, faults } of [parseMbentry(name, byName[1], 'f'), parseUniqueidRow(id, byId[1], 'f')]) {
          expect(faults).toEqual([]);
          expect(value).toMatchObject({ mboxname: name, uniqueid: id, acl: entries(rows), ...values });
        }
      }),
    );
  });
});

test('a large twoskip database has the same bytes as one that is built in memory', () => {
  for (const count of [0, 1, 2, 3, 100, 20_000]) {
    const rows = Array.from({ length: count }, (_, i) => {
      const key = Buffer.from(`key${String(i).padStart(6, '0')}`);
      return [key, Buffer.alloc((i * 7) % 97, i)] as const;
    });
    const expected = buildTwoskip(rows);
    const bytes = Buffer.alloc(expected.length);
    for (const part of twoskipParts(rows)) part.bytes.copy(bytes, part.offset);
    expect(bytes.equals(expected), `${count} rows`).toBe(true);
  }
});

describe('a generated side', () => {
  const random = seeded(7);
  const content = { mailboxes: 4, messages: 9, seed: random(1000), mailboxesPerUser: 3 };
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'cyraudit-encode-'));
    chmodSync(dir, 0o755);
    for (const side of ['master', 'replica']) writeSide(join(dir, side), content);
  });
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  test('is clean against its twin', async () => {
    const report = await auditPair({
      master: join(dir, 'master'),
      replica: join(dir, 'replica'),
      level: 'content',
      threads: 1,
    });
    expect(report).toMatchObject({ verdict: 'clean', complete: true, unaudited: [] });
    expect(report.sides.map(({ mailboxes, records, files }) => [mailboxes, records, files])).toEqual([
      [4, 36, 36],
      [4, 36, 36],
    ]);
  });

  /** The tools of Cyrus take a damaged file for what it is: they are the judges of what we encode. */
  test.skipIf(whyNoCyrus() !== undefined)('is opened by real Cyrus', () => {
    const copy = join(dir, 'copy');
    cpSync(join(dir, 'master'), copy, { recursive: true, preserveTimestamps: true });
    const tools = prepareForCyrus(copy);
    const tool = (name: string, ...args: string[]): string => tools.run(name, args).toString();
    const list = tool('cyr_dbtool', join(copy, 'conf/mailboxes.db'), 'twoskip', 'show');
    expect(list.match(/^N/gm)).toHaveLength(4);
    expect(list.match(/^I/gm)).toHaveLength(4);
    const examined = tool('mbexamine', 'user/u000000');
    expect(examined.match(/UID:0000000\d/g)).toHaveLength(9);
    expect(examined).toContain('User Flags: $Label1 $Forwarded');
    // Names only: whatever it would repair stands behind them.
    const names = ['user/u000000', 'user/u000000/folder1', 'user/u000000/folder2'];
    expect(tool('reconstruct', '-n', '-r', 'user/u000000').trim().split('\n')).toEqual(names);
    expect(tool('reconstruct', '-n', '-r', '-G', 'user/u000000').trim().split('\n')).toEqual(names);
    // A cache that it has to make anew is the one that we wrote, but for the generation.
    const cache = readdirSync(join(copy, 'spool'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(copy, 'spool', name))
      .find((name) => name.endsWith('cyrus.cache'))!;
    const ours = readFileSync(cache);
    rmSync(cache);
    tool('reconstruct', '-r', 'user/*');
    expect(readFileSync(cache).toString('latin1', 4)).toBe(ours.toString('latin1', 4));
    expect(ours.length).toBeGreaterThan(9 * 500);
    // It does look: a header without its last LF is refused.
    const header = readdirSync(join(copy, 'spool'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(copy, 'spool', name))
      .find((name) => name.endsWith('cyrus.header') && readFileSync(name, 'latin1').includes(' N user.u000000 '))!;
    truncateSync(header, readFileSync(header).length - 1);
    expect(() => tool('reconstruct', '-n', 'user/u000000')).toThrow('Mailbox has an invalid format');
  });
});
