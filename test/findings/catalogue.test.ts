import { describe, expect, test } from 'vitest';
import {
  FAULT_FINDINGS,
  LIST_FINDINGS,
  PENDING_LOG_FINDINGS,
  USER_FAULT_FINDINGS,
  catalogue,
  faultFindings,
  userFaultFindings,
} from '../../src/findings/catalogue.js';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CLASSES, EFFECTS } from '../../src/model/effects.js';
import { FAULT_CODES } from '../../src/model/fault.js';

const all = [...catalogue.values()];

test('codes are unique, kebab-case and in order', () => {
  const codes = all.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect([...codes].sort()).toEqual(codes);
  expect([...catalogue.keys()]).toEqual(codes);
  for (const code of codes) expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

test('every file that declares a finding is in the catalogue, under its code', () => {
  const root = join(import.meta.dirname, '../../src/findings');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes('/') && path.endsWith('.ts'))
    .map((path) => path.slice(path.lastIndexOf('/') + 1, -3));
  const codes = new Set(catalogue.keys());
  expect([...codes].filter((code) => !files.includes(code))).toEqual([]);
});

describe.each(all.map((kind) => [kind.code, kind] as const))('%s', (_, kind) => {
  test('has texts a person can read', () => {
    for (const text of ['title', 'why', 'replication', 'remedy'] as const) {
      expect(kind[text].trim()).toBe(kind[text]);
      expect(kind[text].length).toBeGreaterThan(4);
      expect(kind[text]).not.toMatch(/undefined|TODO|\[object/);
    }
    expect(kind.title.endsWith('.')).toBe(false);
    expect(kind.since).toMatch(/^\d+\.\d+\.\d+$/);
    expect(CLASSES).toContain(kind.class);
    expect(kind.class).not.toBe('clean');
  });

  test('makes a message of its example', () => {
    const message = kind.message(kind.example);
    expect(message.length).toBeGreaterThan(4);
    expect(message).not.toMatch(/undefined|NaN|null|\[object/);
  });

  test('has facts that JSON carries unchanged, and reports them', () => {
    expect(JSON.parse(JSON.stringify(kind.example))).toEqual(kind.example);
    for (const value of Object.values(kind.example).flat()) {
      expect(['string', 'number', 'boolean', 'object']).toContain(typeof value);
      if (typeof value === 'number') expect(Number.isSafeInteger(value)).toBe(true);
    }
    const effects = [EFFECTS[0]];
    expect(kind.report({ facts: kind.example, side: 'master', uid: 7, effects })).toEqual({
      code: kind.code,
      class: kind.class,
      side: 'master',
      uid: 7,
      facts: kind.example,
      effects,
    });
    expect(kind.report({ facts: kind.example })).toEqual({ code: kind.code, class: kind.class, facts: kind.example });
  });
});

/** Of which there are several, or there is no such finding. */
const NEVER_ONE: ReadonlySet<string> = new Set([
  'archive-partition-empty',
  'messages-vanished-on-master',
  'metapartition-empty',
  'partition-files-gone',
  'unuser-would-destroy-user',
]);

test('one of a thing is not called several', () => {
  for (const { code, example, message } of all.filter((kind) => !NEVER_ONE.has(kind.code))) {
    const ones = Object.entries(example).map(([name, fact]) => [name, typeof fact === 'number' ? 1 : fact]);
    expect([code, message(Object.fromEntries(ones) as typeof example)]).toEqual([
      code,
      expect.not.stringMatching(/(?<![\w.])1 (?:messages|mailboxes|records|files)\b/),
    ]);
  }
});

/** Faults of files that no audit reads yet. */
const INSPECTED_ONLY = [
  'counters-size',
  'counters-version',
  'counters-crc',
  'conversations-key',
  'conversations-version',
  'conversations-syntax',
  'sieve-bytecode',
  'skipstamp-size',
  'statuscache-version',
  'statuscache-syntax',
  'sync-cache-syntax',
];

/** Faults that make no finding, and what happens instead. */
const NO_FINDING: ReadonlyMap<string, string> = new Map([
  ...INSPECTED_ONLY.map((code) => [code, 'only `inspect` reads such files, and shows it'] as const),
  ['seen-above-lastuid', 'the row is read and compared as Cyrus reads it; `inspect` shows it'],
  ['file-missing', 'a missing file is a finding of the mailbox or the list, found without a decoder'],
  ['cache-bytes-skipped', 'only inspect walks through a cache; an audit goes where the index points'],
  ['mboxlist-key', 'only `inspect` reports it: rows of a kind that is not known are of no mailbox'],
]);

describe('every fault of a decoder is judged', () => {
  const fault = (code: (typeof FAULT_CODES)[number]) => ({ code, file: 'file', offset: 0, expected: 'a', actual: 'b' });

  test.each(FAULT_CODES)('%s', (code) => {
    const sides = ['master', 'replica', 'single'] as const;
    const found = sides.map((side) => [
      ...faultFindings({ fault: fault(code), side }),
      ...userFaultFindings({ fault: fault(code), side }),
      ...LIST_FINDINGS.flatMap((finding) => finding.find({ kind: 'fault', side, fault: fault(code) })),
      ...PENDING_LOG_FINDINGS.flatMap((finding) => finding.find({ fault: fault(code), channel: null })),
    ]);
    for (const findings of found) {
      if (NO_FINDING.has(code)) expect(findings).toEqual([]);
      else expect(findings).not.toEqual([]);
      for (const finding of findings) expect(catalogue.get(finding.code)?.class).toBe(finding.class);
    }
  });

  test('and no finding names a fault that does not exist', () => {
    for (const { faults } of [...FAULT_FINDINGS, ...USER_FAULT_FINDINGS]) {
      for (const code of faults) expect(FAULT_CODES).toContain(code);
    }
  });
});
