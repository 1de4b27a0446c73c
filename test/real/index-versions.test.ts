import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  convertToEachVersion,
  convertibleVersions,
  nativeVersion,
  type Conversions,
} from '../../fixtures/make/index-versions.js';
import { whyNoCyrus } from '../../fixtures/make/instance.js';
import { auditSide } from '../../src/run/audit.js';
import { asOfVersion, readBareMailbox, type BareMailbox } from '../support/converted-mailbox.js';

describe.skipIf(whyNoCyrus() !== undefined)('a mailbox that real Cyrus wrote in each version it can', () => {
  let dir: string;
  let conversions: Conversions;
  const of = (minor: number): { side: string; mailbox: BareMailbox } => {
    const found = conversions.converted.find((one) => one.minor === minor)!;
    return { side: found.dir, mailbox: readBareMailbox(found.mailbox, 'ada') };
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cyraudit-versions-'));
    conversions = await convertToEachVersion(dir);
  }, 120_000);
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it.each([nativeVersion, ...convertibleVersions])('version %i: the same messages, and CRCs that agree', (minor) => {
    const { mailbox } = of(minor);
    const native = of(nativeVersion).mailbox;
    expect(mailbox.minor).toBe(minor);
    expect(mailbox.records).toEqual(native.records.map((record) => asOfVersion(record, minor)));
    expect(mailbox.unread).toEqual([]);
    const { syncCrcBasic, syncCrcAnnot } = mailbox.header;
    expect({ basic: syncCrcBasic, annot: syncCrcAnnot }).toEqual(mailbox.computed);
  });

  // Replication refuses versions below 10, and the audit says so; nothing else is to be found.
  it.each([nativeVersion, ...convertibleVersions])('version %i: the audit of the side', async (minor) => {
    const report = await auditSide({ side: of(minor).side, level: 'content', threads: 1 });
    expect([report.complete, report.unaudited]).toEqual([true, []]);
    const codes = Object.keys(report.counts.findings);
    expect(codes).toEqual(minor < 10 ? ['index-version-refused'] : []);
  });
});
