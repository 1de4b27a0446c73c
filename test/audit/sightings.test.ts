import { describe, expect, test } from 'vitest';
import { doubtsOf, keepWhatWasSeen, sightingsOf, takeOutDoubtful } from '../../src/audit/sightings.js';
import { emptyResult, type UnitResult } from '../../src/audit/unit-result.js';
import type { FindingClass, ReportedFinding } from '../../src/model/effects.js';

const lag = (uid: number): ReportedFinding => ({
  code: 'record-only-on-master',
  class: 'safe',
  uid,
  facts: { guid: String(uid) },
  effects: ['copy-to-replica'],
});
const behind = (master: string, replica: string): ReportedFinding => ({
  code: 'header-values-differ',
  class: 'safe',
  facts: { field: 'highestmodseq', master, replica },
  effects: ['update-replica'],
});
const stale = (found: string): ReportedFinding => ({
  code: 'counter-stale',
  class: 'safe',
  side: 'master',
  facts: { found },
  effects: ['none'],
});
const lost = (uid: number): ReportedFinding => ({ code: 'guid-mismatch', class: 'admin', uid, facts: {} });

function look(findings: readonly ReportedFinding[], counts: Record<string, number> = {}): UnitResult {
  const result = emptyResult();
  const found: Record<string, number> = {};
  for (const { code } of findings) found[code] = (found[code] ?? 0) + 1;
  const worst: FindingClass = findings.some((finding) => finding.class === 'admin') ? 'admin' : 'safe';
  const mailbox = { mboxname: 'user.a', uniqueid: 'u', userid: 'a' };
  result.mailboxes.push({ ...mailbox, class: worst, findings, counts: { ...found, ...counts } });
  return result;
}

/** What is left of the second look, and what of the first had settled. */
function recheck(first: UnitResult, second: UnitResult) {
  const settled = keepWhatWasSeen(second, sightingsOf(first));
  const { mailboxes, cleanMailboxes } = second;
  return { settled, cleanMailboxes, left: mailboxes.map(({ class: of, counts }) => ({ of, counts })) };
}

describe('a second look', () => {
  test('messages that came between are lag of another moment', () => {
    expect(recheck(look([lag(1), lag(2)]), look([lag(3)]))).toEqual({
      settled: { 'record-only-on-master': 2 },
      cleanMailboxes: 1,
      left: [],
    });
  });

  test('what is still there stays, with the class that it has alone', () => {
    expect(recheck(look([lag(1), lost(2), lag(3)]), look([lag(3), lost(4)]))).toEqual({
      settled: { 'record-only-on-master': 1, 'guid-mismatch': 1 },
      cleanMailboxes: 0,
      left: [{ of: 'safe', counts: { 'record-only-on-master': 1 } }],
    });
  });

  test('a replica that moves is catching up, one that stands is not', () => {
    expect(recheck(look([behind('9', '7')]), look([behind('12', '9')])).left).toEqual([]);
    expect(recheck(look([behind('9', '7')]), look([behind('12', '7')])).left).toHaveLength(1);
  });

  test('damage is the same damage whatever its numbers are by now', () => {
    expect(recheck(look([stale('3')]), look([stale('4')])).left).toHaveLength(1);
  });

  test('where not all findings are listed none is taken for settled', () => {
    const many = { 'record-only-on-master': 500 };
    expect(recheck(look([lag(1)], many), look([lag(2)], many))).toEqual({
      settled: { 'record-only-on-master': 1 },
      cleanMailboxes: 0,
      left: [{ of: 'safe', counts: many }],
    });
    expect(recheck(look([lag(1)], many), look([lag(2)])).left).toHaveLength(1);
  });

  test('findings of users and of the list are held against their own kind', () => {
    const listed = (mboxname: string): ReportedFinding => ({ code: 'entry-lost', class: 'halt', facts: { mboxname } });
    const first = emptyResult();
    first.findings.push(listed('user.a'), listed('user.b'));
    first.users.push({ userid: 'a', class: 'safe', findings: [stale('1')], counts: { 'counter-stale': 1 } });
    const second = emptyResult();
    second.findings.push(listed('user.b'), listed('user.c'));
    expect(keepWhatWasSeen(second, sightingsOf(first))).toEqual({ 'entry-lost': 1, 'counter-stale': 1 });
    expect(second.findings).toEqual([listed('user.b')]);
  });
});

describe('the last look beside a server at work', () => {
  const part = { kind: 'mailbox', mboxname: 'user.a', before: true } as const;
  const takeOut = (before: UnitResult, last: UnitResult): boolean =>
    takeOutDoubtful(last, part, new Set(doubtsOf(before)));

  test('what was there before stays, with lag; what is new is taken out', () => {
    const last = look([lag(1), lost(2), stale('3')], { 'record-only-on-master': 500 });
    expect(takeOut(look([stale('1')]), last)).toBe(true);
    expect(last.mailboxes).toMatchObject([
      { class: 'safe', counts: { 'record-only-on-master': 500, 'counter-stale': 1 }, findings: [lag(1), stale('3')] },
    ]);
  });

  test('a mailbox of which nothing is left is no clean one', () => {
    const last = look([lost(2)]);
    expect(takeOut(look([lag(1)]), last)).toBe(true);
    expect([last.mailboxes, last.cleanMailboxes]).toEqual([[], 0]);
  });

  test('other mailboxes are left alone, and nothing is left out where nothing is new', () => {
    const last = look([lost(2), lag(1)]);
    expect(takeOut(look([lost(2)]), last)).toBe(false);
    expect(takeOutDoubtful(last, { ...part, mboxname: 'user.b' }, new Set())).toBe(false);
    expect(last.mailboxes[0]!.findings).toEqual([lost(2), lag(1)]);
  });

  test('a quota is wrong when it stays wrong by as much', () => {
    const user = (stored: string, summed: string): UnitResult => {
      const result = emptyResult();
      const wrong: ReportedFinding = {
        code: 'quota-usage-wrong',
        class: 'safe',
        side: 'replica',
        facts: { root: 'user.a', stored, summed },
        effects: ['none'],
      };
      result.users.push({ userid: 'a', class: 'safe', findings: [wrong], counts: { 'quota-usage-wrong': 1 } });
      return result;
    };
    const isOut = (before: UnitResult, last: UnitResult): boolean =>
      takeOutDoubtful(last, { kind: 'user', before: true }, new Set(doubtsOf(before)));
    expect(isOut(user('100', '90'), user('170', '160'))).toBe(false);
    expect(isOut(user('100', '90'), user('170', '150'))).toBe(true);
  });
});
