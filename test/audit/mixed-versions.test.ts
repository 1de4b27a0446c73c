/** A pair whose sides hold the same messages in different versions of cyrus.index, as while servers are upgraded. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INDEX_VERSIONS } from '../../src/formats/index/versions/all.js';
import { auditPair, auditSide } from '../../src/run/audit.js';
import { writeSide } from '../support/encode/write-side.js';

const content = { mailboxes: 3, messages: 12, seed: 20 };
// Version 10 has no \Seen in its records, so that it cannot hold these messages.
const versions = [...INDEX_VERSIONS.keys()].filter((minor) => minor >= 12);
let dir: string;
const side = (minor: number): string => join(dir, `v${String(minor)}`);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-mixed-'));
  for (const version of versions) {
    mkdirSync(side(version));
    writeSide(side(version), { ...content, version });
  }
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

test.each(versions)('a side of version %i is clean', async (minor) => {
  const report = await auditSide({ side: side(minor), threads: 1 });
  expect([report.verdict, report.complete, report.counts.findings]).toEqual(['clean', true, {}]);
  expect(report.sides.map(({ indexVersions }) => indexVersions)).toEqual([{ [String(minor)]: content.mailboxes }]);
});

const pairs = versions.flatMap((m) => versions.filter((r) => r !== m).map((r) => [m, r] as const));

test.each(pairs)('version %i against version %i: clean', async (m, r) => {
  const report = await auditPair({ master: side(m), replica: side(r), threads: 1 });
  expect([report.complete, report.unaudited]).toEqual([true, []]);
  expect(report.counts.findings).toEqual({});
  expect(report.verdict).toBe('clean');
});
