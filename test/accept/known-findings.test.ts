import { describe, expect, test } from 'vitest';
import { acceptFindings } from '../../src/accept/accept-findings.js';
import { compareBaseline, refuseOtherAudit, type AuditScope } from '../../src/accept/compare-baseline.js';
import { setAttention } from '../../src/accept/set-attention.js';
import { exitStatus } from '../../src/cli/exit-status.js';
import { makeReportValidator } from '../../src/cli/read-report.js';
import type { AcceptEntry } from '../../src/generated/accept.js';
import type { Report, ReportFinding } from '../../src/generated/report.js';
import { adminReport, cleanReport } from '../support/report.js';

const invalid = makeReportValidator();
const entry = (values: Partial<AcceptEntry> = {}): AcceptEntry => ({
  code: 'uid-clash',
  reason: 'known since the move',
  expires: '2025-01-02',
  ...values,
});
const accept = (entries: readonly AcceptEntry[], report: Report = adminReport): Report => {
  const marked = setAttention(acceptFindings(report, entries), undefined);
  expect(invalid(marked)).toBeUndefined();
  return marked;
};
const acceptedIn = ({ mailboxes, users, findings }: Report): string[] =>
  [...mailboxes, ...users, { mboxname: 'pair', findings }].flatMap((place) =>
    place.findings.flatMap(({ accepted, code, uid = 0 }) =>
      accepted === undefined ? [] : [`${'mboxname' in place ? place.mboxname : place.userid} ${code} ${String(uid)}`],
    ),
  );
const haltFinding: ReportFinding = { code: 'list-gone', class: 'halt', facts: {} };

describe('accepted findings', () => {
  test('are marked with the reason and the last day, and counted', () => {
    const report = accept([entry({ mailbox: 'user.a*' }), entry({ code: 'from-the-future' })]);
    expect(acceptedIn(report)).toEqual(['user.ada uid-clash 4', 'user.ada uid-clash 5', 'bob from-the-future 0']);
    expect(report.mailboxes[0]!.findings[0]!.accepted).toEqual({
      reason: 'known since the move',
      expires: '2025-01-02',
    });
    expect(report.acceptance).toMatchObject({
      findings: 6,
      entries: [
        { state: 'used', findings: 5 },
        { state: 'used', findings: 1 },
      ],
    });
  });

  test('keep their class, and the verdict stays what it is', () => {
    const report = accept([entry(), entry({ code: 'from-the-future' })]);
    expect(report.verdict).toBe('admin');
    expect(report.mailboxes.map((mailbox) => mailbox.class)).toEqual(adminReport.mailboxes.map(({ class: of }) => of));
  });

  test('decide the exit status no more, the others do', () => {
    const all = accept([entry(), entry({ code: 'from-the-future' })]);
    expect([all.attention, exitStatus(all, 'admin'), exitStatus(all, 'safe')]).toEqual(['safe', 0, 1]);
    expect(exitStatus({ ...all, complete: false }, 'admin')).toBe(3);
    const most = accept([entry()]);
    expect([most.attention, exitStatus(most, 'admin')]).toEqual(['admin', 1]);
    const nothing = accept([]);
    expect([nothing.attention, exitStatus(nothing, 'admin')]).toEqual(['admin', 1]);
  });

  test.each<[string, Partial<AcceptEntry>, readonly string[]]>([
    ['another mailbox', { mailbox: 'user.b' }, []],
    ['a message', { uid: 5, mailbox: 'user.ada' }, ['user.ada uid-clash 5']],
    ['another side', { side: 'replica' }, []],
    ['a user', { user: 'nobody' }, []],
    ['a code, and nothing that only begins with it', { code: 'uid' }, []],
  ])('of %s', (_, values, expected) => {
    const report = accept([entry(values)]);
    expect(acceptedIn(report)).toEqual(expected);
  });

  test('what is over the cap is accepted only by an entry for all of it', () => {
    const rest = [entry({ code: 'from-the-future' }), entry({ mailbox: 'user.[be]*' }), entry({ mailbox: 'user.b*' })];
    const others = [entry({ mailbox: 'user.e*' }), ...rest];
    expect(accept([entry({ mailbox: 'user.ada' }), ...others]).attention).toBe('safe');
    const byUid = [4, 5].map((uid) => entry({ uid, mailbox: 'user.ada' }));
    expect(accept([...byUid, ...others]).attention).toBe('admin');
  });

  test('the last day counts, the day after does not', () => {
    expect(accept([entry({ expires: '2025-01-02' })]).acceptance!.entries[0]!.state).toBe('used');
    const late = accept([entry({ expires: '2025-01-01' })]);
    expect(late.acceptance).toMatchObject({ findings: 0, entries: [{ state: 'expired', findings: 0 }] });
    expect(acceptedIn(late)).toEqual([]);
    expect(accept([entry({ mailbox: 'gone' })]).acceptance!.entries[0]!.state).toBe('unused');
  });

  test('halt is never accepted', () => {
    const halted: Report = { ...cleanReport, verdict: 'halt', findings: [haltFinding] };
    const report = accept([entry({ code: 'list-gone' })], halted);
    expect([report.attention, exitStatus(report, 'halt'), acceptedIn(report)]).toEqual(['halt', 2, []]);
  });

  test('accepting again begins anew', () => {
    expect(accept([], accept([entry()]))).toEqual(accept([]));
  });
});

const later = (report: Report, day: number): Report => ({
  ...report,
  startedAt: `2025-01-0${day}T03:00:00.000Z`,
  finishedAt: `2025-01-0${day}T03:00:10.000Z`,
});

function since(report: Report, baseline: Report): Report {
  const marked = setAttention(compareBaseline(report, baseline), baseline);
  expect(invalid(marked)).toBeUndefined();
  return marked;
}

describe('a baseline', () => {
  test('nothing has changed: nothing is new, and everything is as old as it was', () => {
    const report = since(later(adminReport, 3), adminReport);
    expect(report.baseline).toEqual({
      startedAt: adminReport.startedAt,
      new: 0,
      still: 12,
      resolved: [],
      resolvedNotListed: 0,
    });
    expect([report.verdict, report.attention, exitStatus(report, 'admin')]).toEqual(['admin', 'clean', 0]);
    const again = since(later(adminReport, 4), report);
    expect(again.mailboxes.flatMap(({ findings }) => findings).every((f) => f.since === adminReport.startedAt)).toBe(
      true,
    );
  });

  test('what is new decides the status, and what is resolved is told with its age', () => {
    const [first, second, ...others] = adminReport.mailboxes;
    const before = later({ ...adminReport, mailboxes: [second!, ...others] }, 1);
    const after = later({ ...adminReport, mailboxes: [first!, ...others] }, 2);
    const report = since(after, before);
    expect(report.baseline).toMatchObject({ new: 5, still: 5, resolvedNotListed: 0 });
    expect(report.baseline!.resolved).toEqual(
      [4, 5].map((uid) => ({
        mboxname: second!.mboxname,
        userid: 'ada',
        code: 'uid-clash',
        class: 'admin',
        uid,
        since: before.startedAt,
      })),
    );
    expect(report.mailboxes[0]!.findings.map((finding) => finding.since)).toEqual([after.startedAt, after.startedAt]);
    expect([report.attention, exitStatus(report, 'admin')]).toEqual(['admin', 1]);
  });

  test('one more of what is only counted is new', () => {
    const [first, ...others] = adminReport.mailboxes;
    const more = { ...adminReport, mailboxes: [{ ...first!, notListed: { 'uid-clash': 4 } }, ...others] };
    const report = since(later(more, 3), adminReport);
    expect([report.baseline!.new, report.attention]).toEqual([1, 'admin']);
  });

  describe('a list that is cut off elsewhere', () => {
    /** A mailbox with a clash under each of these UIDs, of which so many are listed. */
    const clashes = (uids: readonly number[], cap: number): Report => {
      const findings = uids
        .slice(0, cap)
        .map((uid): ReportFinding => ({ code: 'uid-clash', class: 'admin', uid, facts: {} }));
      const rest = uids.length - findings.length;
      const mailbox = { mboxname: 'user.ada', uniqueid: 'x', class: 'admin' as const, findings };
      return {
        ...cleanReport,
        verdict: 'admin',
        mailboxes: [rest === 0 ? mailbox : { ...mailbox, notListed: { 'uid-clash': rest } }],
      };
    };
    test.each<[what: string, before: Report, after: Report, isNew: number, still: number]>([
      ['the first ones were repaired', clashes([1, 2, 3, 4, 5, 6, 7], 4), clashes([3, 4, 5, 6, 7], 4), 0, 5],
      ['all that was listed was repaired', clashes([1, 2, 3, 4, 5, 6], 4), clashes([5, 6], 4), 0, 2],
      ['fewer are listed', clashes([1, 2, 3, 4], 4), clashes([1, 2, 3, 4], 2), 0, 4],
      ['more are listed', clashes([1, 2, 3, 4], 2), clashes([1, 2, 3, 4], 4), 0, 4],
      ['fewer are listed, and one is new', clashes([1, 2, 3, 4], 4), clashes([1, 2, 3, 4, 5], 2), 1, 4],
      ['more are listed, and one is new', clashes([1, 2, 3, 4], 2), clashes([1, 2, 3, 4, 5], 5), 1, 4],
      ['one between those that were listed', clashes([1, 3, 4, 5], 2), clashes([1, 2, 3, 4, 5], 5), 1, 4],
      ['nothing was cut off before', clashes([1, 2], 2), clashes([1, 2, 3], 3), 1, 2],
    ])('%s', (_, before, after, isNew, still) => {
      const report = since(later(after, 3), before);
      expect([report.baseline!.new, report.baseline!.still]).toEqual([isNew, still]);
      expect(report.attention).toBe(isNew === 0 ? 'clean' : 'admin');
    });
  });

  test('a second finding of the same kind in the same place is new', () => {
    const [user] = adminReport.users;
    const twice = { ...adminReport, users: [{ ...user!, findings: [...user!.findings, ...user!.findings] }] };
    expect(since(later(twice, 3), adminReport).baseline).toMatchObject({ new: 1, still: 12 });
  });

  test('halt decides the status however old it is', () => {
    const halted: Report = { ...cleanReport, verdict: 'halt', findings: [haltFinding] };
    const report = since(later(halted, 3), halted);
    expect([report.baseline!.new, report.attention, exitStatus(report, 'admin')]).toEqual([0, 'halt', 2]);
  });

  test('of what was not audited this time nothing is resolved', () => {
    const gone = (unaudited: Report['unaudited']): string[] =>
      since(later({ ...cleanReport, complete: false, unaudited }, 3), adminReport).baseline!.resolved.map(
        ({ mboxname, userid }) => mboxname ?? userid ?? '',
      );
    const all = since(later(cleanReport, 3), adminReport).baseline!;
    expect(all.resolved).toHaveLength(9);
    expect(gone([{ what: 'mailbox', mboxname: 'user.ada', reason: 'x' }])).not.toContain('user.ada');
    expect(gone([{ what: 'mailbox', mboxname: 'user.ada', reason: 'x' }])).toContain('user.joe');
    expect(gone([{ what: 'user ada', reason: 'x' }])).toEqual(['user.joe', 'user.kim', 'bob']);
    expect(gone([{ what: 'every mailbox', side: 'master', reason: 'x' }])).toEqual([]);
  });

  test('many resolved ones are counted, not listed', () => {
    const findings = Array.from({ length: 1500 }, (_, n): ReportFinding => ({
      code: 'a',
      class: 'safe',
      uid: n,
      facts: {},
    }));
    const { baseline } = since(later(cleanReport, 3), { ...cleanReport, findings });
    expect([baseline!.resolved.length, baseline!.resolvedNotListed]).toEqual([1000, 500]);
  });

  test.each<[string, Partial<AuditScope>]>([
    ['level', { level: 'index' }],
    ['selection', { selection: { users: ['a*'] } }],
    ['command', { command: 'check' }],
    ['subset', { subset: { part: 1, of: 7 } }],
    ['sides', { sides: cleanReport.sides.toReversed() }],
  ])('of another audit is refused: %s', (what, values) => {
    expect(() => {
      refuseOtherAudit({ ...cleanReport, ...values }, cleanReport, 'b.json');
    }).toThrow(new RegExp(`--baseline b\\.json: a report of another audit: expected ${what} .*, found `));
  });

  test('of the same audit is taken', () => {
    const scope = { ...cleanReport, selection: { users: ['a*'] }, subset: { part: 1, of: 7 } };
    refuseOtherAudit(scope, { ...scope, subset: { ...scope.subset, notHashed: {} } }, 'b.json');
  });

  test('with accepted findings: what is new and accepted is quiet', () => {
    const accepted = acceptFindings(later(adminReport, 2), [entry(), entry({ code: 'from-the-future' })]);
    const report = setAttention(compareBaseline(accepted, cleanReport), cleanReport);
    expect([report.baseline!.new, report.attention]).toEqual([12, 'safe']);
  });
});
