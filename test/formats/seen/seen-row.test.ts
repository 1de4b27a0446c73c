import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSeenRow } from '../../../src/formats/seen/seen-row.js';

const parse = (text: string) => parseSeenRow(Buffer.from(text, 'latin1'), 's');

test.each([
  [
    '1 1795226295 6 1795226295 1:3,5',
    6,
    '1:3,5',
    [
      [1, 3],
      [5, 5],
    ],
  ],
  ['1 1795230518 6 1795230515 ', 6, '', []],
  ['1 1795230518 0 0', 0, '', []],
  ['1 1795230272 3 1795230271 2', 3, '2', [[2, 2]]],
])('%j', (text, lastuid, sequence, ranges) => {
  const { value, faults } = parse(text);
  expect(faults).toEqual([]);
  expect(value).toMatchObject({ lastuid, sequence });
  expect(value?.seen.map(({ from, to }) => [from, to])).toEqual(ranges);
});

test('times are seconds', () => {
  expect(parse('1 1795226295 6 1795226296 1').value).toMatchObject({ lastread: 1795226295, lastchange: 1795226296 });
});

test.each(['', '2 1 1 1 1', '1', '1 x 1 1 1', '1 1 1 1 1 1', '1 1 99999999999 1 1'])('%j has no value', (text) => {
  expect(parse(text).value).toBeUndefined();
  expect(parse(text).faults).toMatchObject([{ code: 'seen-syntax', file: 's' }]);
});

test.each([
  ['1:3,2', 1],
  ['5:3', 0],
  ['0', 0],
  ['1,,2', 1],
  ['1:*', 0],
  ['1,9999999999', 1],
])('the sequence %j is read in part', (sequence, ranges) => {
  const { value, faults } = parse(`1 1 9 1 ${sequence}`);
  expect(value?.sequence).toBe(sequence);
  expect(value?.seen).toHaveLength(ranges);
  expect(faults).toHaveLength(1);
});

test.each([
  ['1 1 4 1 1:3,5', 2],
  ['1 1 0 1 1', 1],
  ['1 1 4 1 1:5', 1],
])('UIDs above lastuid are told: %j', (text, ranges) => {
  const { value, faults } = parse(text);
  expect(value?.seen).toHaveLength(ranges);
  expect(faults).toMatchObject([{ code: 'seen-above-lastuid', file: 's', expected: `UIDs up to lastuid ${text[4]!}` }]);
});

test('white space behind is passed over', () => {
  expect(parse('1 1 9 1 1:3 \t\n')).toMatchObject({ value: { sequence: '1:3' }, faults: [] });
  expect(parse('1 1 9 1  \n')).toMatchObject({ value: { sequence: '' }, faults: [] });
});

test('takes any text', () => {
  const text = fc.string({ unit: fc.constantFrom('1', '0', ' ', ':', ',', 'x'), maxLength: 40 });
  fc.assert(fc.property(text, (t) => void parse(`1 1 1 1 ${t}`)));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (b) => void parseSeenRow(Buffer.from(b), 's')));
});
