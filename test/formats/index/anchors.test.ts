/** One mailbox as Cyrus 3.6.1 wrote it in each version that it can write; fixtures/anchors/README.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { convertibleVersions, nativeVersion, type Conversions } from '../../../fixtures/make/index-versions.js';
import { flagNames } from '../../../src/model/record-pair.js';
import { asOfVersion, readBareMailbox } from '../../support/converted-mailbox.js';

const anchors = fileURLToPath(new URL('../../../fixtures/anchors/index/', import.meta.url));
const read = (minor: number): ReturnType<typeof readBareMailbox> =>
  readBareMailbox(join(anchors, `v${String(minor).padStart(2, '0')}`), 'ada');
const { answered, expungedUid } = JSON.parse(readFileSync(join(anchors, 'answered.json'), 'utf8')) as Omit<
  Conversions,
  'converted'
>;
const native = read(nativeVersion);

test('what Cyrus writes by itself is what it answered over IMAP', () => {
  const live = native.records.filter(({ expunged }) => !expunged);
  expect(
    live.map((record) => ({
      uid: record.uid,
      size: record.size,
      flags: flagNames(record).sort(),
      internaldate: record.internaldate,
      modseq: record.modseq,
    })),
  ).toEqual(answered);
  expect(native.records.filter(({ expunged }) => expunged).map(({ uid }) => uid)).toEqual([expungedUid]);
  for (const { cid, savedate, createdmodseq } of live) expect([cid, savedate, createdmodseq]).not.toContain(0);
});

describe.each([nativeVersion, ...convertibleVersions])('version %i', (minor) => {
  const mailbox = read(minor);

  test('has the messages of the native version, as far as it can hold them', () => {
    expect(mailbox.minor).toBe(minor);
    expect(mailbox.records).toEqual(native.records.map((record) => asOfVersion(record, minor)));
  });

  test('is without a fault, and its stored CRCs are those of its records and annotations', () => {
    const refused = minor < 10 ? ['index-version-refused'] : [];
    expect(mailbox.faults.map(({ code }) => code)).toEqual(refused);
    expect(mailbox.unread).toEqual([]);
    const { syncCrcBasic, syncCrcAnnot } = mailbox.header;
    expect({ basic: syncCrcBasic, annot: syncCrcAnnot }).toEqual(mailbox.computed);
    if (minor >= 12) expect(syncCrcBasic).not.toBe(0);
    if (minor >= 13) expect(syncCrcAnnot).not.toBe(0);
  });
});
