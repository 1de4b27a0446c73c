import { describe, expect, test } from 'vitest';
import { emptyResult, type UnitResult } from '../../src/audit/unit-result.js';
import type { ReportedFinding } from '../../src/model/effects.js';
import { packResult, unpackResult } from '../../src/pool/pack-findings.js';

const withFindings = (...lists: readonly ReportedFinding[][]): UnitResult => ({
  ...emptyResult(),
  cleanMailboxes: 3,
  mailboxes: lists.map((findings, i) => ({
    mboxname: `user.u${String(i)}`,
    uniqueid: undefined,
    userid: 'u',
    class: 'safe',
    findings,
    counts: { 'flags-pending': findings.length },
  })),
});

/** Through another thread and back. */
const sent = (result: UnitResult): UnitResult => unpackResult(structuredClone(packResult(result)));

const pending = (uid: number, onlyOnMaster = '\\Seen'): ReportedFinding => ({
  code: 'flags-pending',
  class: 'safe',
  uid,
  facts: { onlyOnMaster, onlyOnReplica: '' },
  effects: ['update-replica'],
});

describe('findings between threads', () => {
  test('arrive as they were, in their order', () => {
    const result = withFindings(
      [
        pending(1),
        { ...pending(2), side: 'replica' },
        {
          code: 'record-lost',
          class: 'admin',
          side: 'master',
          uid: 0xffff_ffff,
          facts: { guid: 'ab', list: [1, '1'] },
        },
        pending(3, '\\Flagged'),
        { code: 'record-lost', class: 'admin', facts: { guid: '1', list: ['1', 1], none: null, yes: true } },
        { ...pending(0), effects: ['update-replica', 'blocked'] },
        pending(4),
      ],
      [],
      [pending(1)],
    );
    expect(sent(result)).toEqual(result);
    const waiting: UnitResult = {
      ...emptyResult(),
      unsettled: [
        { unit: { kind: 'user', userid: 'a', inbox: 'user.a' }, seen: ['x'], told: result },
        { unit: { kind: 'user', userid: 'b', inbox: 'user.b' } },
      ],
    };
    expect(sent(waiting)).toEqual(waiting);
  });

  test('a number stays a number, and a list a list', () => {
    const facts = [{ a: 1 }, { a: '1' }, { a: ['1'] }, { a: 'x,y' }, { a: ['x', 'y'] }];
    const result = withFindings(facts.map((of) => ({ code: 'c', class: 'admin', facts: of })));
    expect(sent(result).mailboxes[0]!.findings.map((finding) => finding.facts)).toEqual(facts);
  });

  test('of those that differ in nothing but the UID the rest is there once', () => {
    const result = withFindings(Array.from({ length: 100 }, (_, i) => pending(i + 1)));
    const { heads, facts } = packResult(result).mailboxes[0]!.findings;
    expect([heads.length, facts.length]).toEqual([1, 1]);
    const { findings } = sent(result).mailboxes[0]!;
    expect(new Set(findings.map((finding) => finding.facts)).size).toBe(1);
  });
});
