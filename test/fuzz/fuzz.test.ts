import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fuzz } from './fuzz.js';
import { readers as largeInputs } from './large-inputs.js';
import { readers } from './readers.js';
import { inputMaker, readInput } from './run-inputs.js';

const table = (name: string): URL => new URL(name, import.meta.url);
const told = ({ reader, input, kind, message }: { reader: string; input: number; kind: string; message: string }) =>
  `${reader} ${input} ${kind}: ${message}`;

test('what is planted in a reader is found, named, and found again', async () => {
  const options = { table: table('./planted-readers.ts'), iterations: 60, seed: 1, threads: 1, maxFailures: 1 };
  const results = [
    ...(await fuzz({ ...options, only: ['hang'], limitMs: 300 })),
    ...(await fuzz({ ...options, only: ['exception', 'allocation', 'memory', 'silence', 'text'], heapMiB: 96 })),
  ];
  expect(results.map(({ reader, failures }) => [reader, ...failures.map(({ kind }) => kind)])).toEqual([
    ['hang', 'hang'],
    ['exception', 'exception'],
    ['allocation', 'allocation'],
    ['memory', 'memory'],
    ['silence', 'exception'],
    ['long-text', 'exception'],
  ]);
  const [first] = results[1]!.failures;
  expect(first!.message).toMatch(/RangeError: planted/);
  const [again] = await fuzz({ ...options, only: ['exception'] });
  expect(again!.failures.map(({ input, bytes }) => [input, bytes])).toEqual([[first!.input, first!.bytes]]);
});

test('every reader takes some hundred hostile inputs', async () => {
  const results = await fuzz({ table: table('./readers.ts'), iterations: 200, seed: 20, threads: 2 });
  expect(results.flatMap(({ failures }) => failures.map(told))).toEqual([]);
  expect(results.map(({ reader }) => reader)).toEqual(readers.map(({ name }) => name));
  expect(Math.min(...results.map(({ inputs }) => inputs))).toBeGreaterThan(1);
});

test('no input costs much more than its size', async () => {
  const results = await fuzz({
    table: table('./large-inputs.ts'),
    iterations: 1,
    seed: 1,
    threads: 2,
    limitMs: 10_000,
  });
  expect(results.flatMap(({ failures }) => failures.map(told))).toEqual([]);
  expect(results).toHaveLength(largeInputs.length);
});

test('mutations change what they start from, and each in its own way', () => {
  for (const reader of readers.filter(({ share = 1 }) => share === 1)) {
    const make = inputMaker(reader, 1);
    const inputs = Array.from({ length: 60 }, (_, n) => make(n).toString('latin1'));
    const seeds = new Set(reader.seeds().map((bytes) => bytes.toString('latin1')));
    expect(inputs.filter((input) => seeds.has(input)).length, reader.name).toBeLessThan(15);
    expect(new Set(inputs).size, reader.name).toBeGreaterThan(30);
  }
});

const hostile = fileURLToPath(new URL('../../fixtures/hostile/', import.meta.url));
const cases = existsSync(hostile) ? readdirSync(hostile).filter((name) => name.includes('--')) : [];

describe('inputs that once broke a reader', () => {
  const expected = JSON.parse(readFileSync(join(hostile, 'expected.json'), 'utf8')) as Record<string, string[]>;

  test.each(cases)('%s', async (name) => {
    const reader = readers.find((one) => one.name === name.split('--')[0])!;
    const bytes = readFileSync(join(hostile, name));
    await readInput(reader, bytes);
    const { faults } = await reader.read(bytes);
    expect([...new Set(faults.map(({ code }) => code))].sort()).toEqual(expected[name]);
  });

  test('all of them are described', () => {
    const readme = readFileSync(join(hostile, 'README.md'), 'utf8');
    expect(Object.keys(expected).sort()).toEqual([...cases].sort());
    for (const name of cases) expect(readme).toContain(`\`${name}\``);
  });
});
