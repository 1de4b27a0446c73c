/**
 * Every field of every file times every verb: what the audit says of it, held against docs/detection-matrix.md.
 * `npm run matrix` writes the page.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allFaults } from '../../support/damage/all-faults.js';
import { faultName } from '../../support/damage/fault.js';
import { SideFiles } from '../../support/damage/side-files.js';
import { unpackPair, type UnpackedPair } from '../../support/fixture.js';
import { VIEWS, baselineOf, detect, type Baseline, type Detection, type View } from './detect.js';
import { ALSO_NAMED, MISSES } from './misses.js';
import { isMissed, matrixPage, reasonOf, type Row } from './page.js';

const PAGE = join(import.meta.dirname, '../../../docs/detection-matrix.md');

let unpacked: UnpackedPair;
let baseline: Baseline;
const rows: Row[] = [];

beforeAll(async () => {
  unpacked = await unpackPair('rich-clean', 'made');
  const pair = { master: new SideFiles(unpacked.master), replica: new SideFiles(unpacked.replica) };
  baseline = await baselineOf(pair);
  for (const fault of allFaults(pair.master)) {
    const detections = {} as Record<View, Detection>;
    for (const view of VIEWS) detections[view] = await detect(pair, fault, view, baseline);
    rows.push({ fault, detections });
  }
}, 600_000);

afterAll(() => unpacked.dispose());

const cells = (): { name: string; view: View; row: Row; detection: Detection }[] =>
  rows.flatMap((row) =>
    VIEWS.map((view) => ({ name: faultName(row.fault), view, row, detection: row.detections[view] })),
  );

test('nothing is found in the undamaged pair', () => {
  expect([...baseline.values()].flatMap((texts) => [...texts])).toEqual([]);
});

test('each kind of damage has a name of its own', () => {
  const names = rows.map(({ fault }) => faultName(fault));
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('what is not seen has a reason, and every reason is needed', () => {
  const missed = cells().filter(({ detection }) => isMissed(detection));
  const unexplained = missed.filter(({ row, view }) => reasonOf(row.fault, view) === undefined);
  expect(unexplained.map(({ name, view }) => `${view}: ${name}`)).toEqual([]);
  const used = new Set(missed.map(({ row, view }) => reasonOf(row.fault, view)));
  expect(MISSES.filter((_, i) => !used.has(i + 1)).map(({ reason }) => reason)).toEqual([]);
});

test('no other side, mailbox or message is blamed', () => {
  const used = new Set<number>();
  const wrong = cells().flatMap(({ name, view, detection }) =>
    detection.elsewhere.flatMap((said) => {
      const at = ALSO_NAMED.findIndex((one) => one.faults.test(name) && one.said.test(said));
      if (at >= 0) used.add(at);
      return at < 0 ? [`${view}: ${name}: ${said}`] : [];
    }),
  );
  expect(wrong).toEqual([]);
  expect(ALSO_NAMED.filter((_, i) => !used.has(i)).map(({ reason }) => reason)).toEqual([]);
});

test('docs/detection-matrix.md says so', () => {
  const page = matrixPage(rows);
  if (process.env['MATRIX'] === 'write') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8'), 'npm run matrix writes it').toBe(page);
});
