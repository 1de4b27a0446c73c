import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkReportFile, parseReportTarget, writeReportFile } from '../../src/cli/report-target.js';
import { reportFormats } from '../../src/report/formats.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cyraudit-report-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

test('a file is replaced as a whole and nothing is left beside it', () => {
  const file = join(directory, 'report.json');
  writeReportFile(file, 'old');
  writeReportFile(file, 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(readdirSync(directory)).toEqual(['report.json']);
});

test('a report that is made piece by piece is there whole or not at all', () => {
  const file = join(directory, 'report.json');
  writeReportFile(file, ['one ', 'two']);
  expect(readFileSync(file, 'utf8')).toBe('one two');
  function* broken(): Generator<string> {
    yield 'half';
    throw new RangeError('in the middle');
  }
  // Nothing is wrong with the place.
  expect(() => writeReportFile(file, broken())).toThrow(new RangeError('in the middle'));
  expect(readFileSync(file, 'utf8')).toBe('one two');
  expect(readdirSync(directory)).toEqual(['report.json']);
});

test('a link stays a link', () => {
  const target = join(directory, 'target');
  writeFileSync(target, '');
  symlinkSync(target, join(directory, 'link'));
  writeReportFile(join(directory, 'link'), 'text');
  expect(readFileSync(target, 'utf8')).toBe('text');
});

test('a place below a side is refused, also through a link', () => {
  const side = join(directory, 'side');
  mkdirSync(side);
  symlinkSync(side, join(directory, 'innocent'));
  for (const file of [join(side, 'report'), join(directory, 'innocent', 'report')])
    expect(() => checkReportFile(file, [side])).toThrow(/outside both sides/);
  expect(() => checkReportFile(join(directory, 'side-report'), [side])).not.toThrow();
  expect(existsSync(join(side, 'report'))).toBe(false);
});

test('a place that cannot be written to is refused', () => {
  expect(() => checkReportFile(join(directory, 'missing', 'report'), [])).toThrow(/ENOENT/);
  expect(() => checkReportFile(directory, [])).toThrow(/a directory/);
});

test.each([
  ['text', { name: 'text', file: undefined }],
  ['json=a=b.json', { name: 'json', file: 'a=b.json' }],
])('--report %s', (value, { name, file }) => {
  const target = parseReportTarget(value, reportFormats);
  expect([target.format.name, target.file]).toEqual([name, file]);
});

test.each(['xml', 'json=', '', '=file'])('--report %s is refused', (value) => {
  expect(() => parseReportTarget(value, reportFormats)).toThrow(/--report/);
});
