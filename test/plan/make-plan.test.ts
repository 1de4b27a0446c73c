import { describe, expect, test } from 'vitest';
import type { Report, ReportFinding, ReportMailbox } from '../../src/generated/report.js';
import { heldFile, makePlan, type MasterUnit, type Plan } from '../../src/plan/make-plan.js';
import { heldPage, listFile } from '../../src/plan/plan-files.js';
import { cleanReport, smallCatalogue } from '../support/report.js';

const user = (userid: string): MasterUnit => ({ kind: 'user', userid });
const shared = (mboxname: string): MasterUnit => ({ kind: 'shared', mboxname });
const unitOf = (mboxname: string): MasterUnit => {
  const [, userid] = /(?:^|\.)user\.([^.]+)/.exec(mboxname) ?? [];
  return userid === undefined ? shared(mboxname) : user(userid);
};
const finding = (of: ReportFinding['class'], values: Partial<ReportFinding> = {}): ReportFinding => ({
  code: { safe: 'lagging', admin: 'uid-clash', halt: 'list-gone' }[of],
  class: of,
  facts: {},
  ...values,
});
const mailbox = (mboxname: string, ...findings: readonly ReportFinding[]): ReportMailbox => {
  const unit = unitOf(mboxname);
  const worst = findings.some((one) => one.class === 'admin') ? 'admin' : 'safe';
  return {
    mboxname,
    uniqueid: mboxname,
    ...(unit.kind === 'user' ? { userid: unit.userid } : {}),
    class: worst,
    findings,
  };
};
const UNITS = [user('ada'), user('ben'), user('cyd'), shared('news'), shared('news.old')];

function plan(values: Partial<Report>, units: readonly MasterUnit[] = UNITS): Plan {
  const [master, replica] = cleanReport.sides;
  const sides = [{ ...master!, hierarchySeparator: '/' as const }, replica!];
  return makePlan({ ...cleanReport, sides, cleanUsers: ['ada', 'ben', 'cyd'], ...values }, units, unitOf);
}
const heldOf = ({ held }: Plan): string[] =>
  held.map(({ unit, findings, reasons }) => {
    const name = unit.kind === 'user' ? unit.userid : unit.mboxname;
    return [name, ...findings.map((one) => one.finding.code), ...reasons].join('; ');
  });

describe('who may be replicated', () => {
  test('everybody of a clean pair, shared mailboxes as an administrator types them', () => {
    expect(plan({})).toEqual({ users: ['ada', 'ben', 'cyd'], mailboxes: ['news', 'news/old'], held: [], unknown: 0 });
  });

  test('who is safe is, who has anything above it is held as a whole', () => {
    const made = plan({
      cleanUsers: ['cyd'],
      mailboxes: [
        mailbox('news', finding('admin')),
        mailbox('user.ada', finding('safe')),
        mailbox('user.ada.Work', finding('safe')),
        mailbox('user.ben', finding('safe')),
        mailbox('user.ben.Work', finding('safe'), finding('admin')),
      ],
    });
    expect([made.users, made.mailboxes]).toEqual([['ada', 'cyd'], ['news/old']]);
    expect(heldOf(made)).toEqual(['news; uid-clash', 'ben; uid-clash']);
  });

  test('a finding of the user himself holds him, and one that somebody accepted does too', () => {
    const accepted = { reason: 'x', expires: '2030-01-01' };
    const made = plan({
      cleanUsers: ['cyd'],
      mailboxes: [mailbox('user.ben', finding('admin', { accepted }))],
      users: [{ userid: 'ada', class: 'admin', findings: [finding('admin', { code: 'quota' })] }],
    });
    expect([made.users, heldOf(made)]).toEqual([['cyd'], ['ada; quota', 'ben; uid-clash']]);
  });

  test('what is only counted holds as well', () => {
    const made = plan({ cleanUsers: [], mailboxes: [{ ...mailbox('user.ada'), class: 'admin', notListed: { a: 3 } }] });
    expect([made.users, heldOf(made)]).toEqual([[], ['ada']]);
  });

  test('what was not audited holds its owner', () => {
    const made = plan({
      complete: false,
      unaudited: [
        { what: 'mailbox', mboxname: 'user.ada.Work', reason: 'busy' },
        { what: 'user ben', reason: 'stopped' },
      ],
    });
    expect(made.users).toEqual(['cyd']);
    expect(heldOf(made)).toEqual(['ada; user.ada.Work: not audited: busy', 'ben; not audited: stopped']);
  });

  test('who was not looked at is in no list', () => {
    const made = plan({ cleanUsers: ['ada'] });
    expect([made.users, made.held, made.unknown]).toEqual([['ada'], [], 2]);
  });

  test('a report that was narrowed to users speaks of no shared mailbox', () => {
    const made = plan({ selection: { users: ['*'] }, mailboxes: [mailbox('news', finding('safe'))] });
    expect([made.users, made.mailboxes, made.unknown]).toEqual([['ada', 'ben', 'cyd'], ['news'], 1]);
  });

  test('who is held and not on the master is told as well, last', () => {
    const made = plan({ mailboxes: [mailbox('user.aaa', finding('admin')), mailbox('user.ben', finding('admin'))] });
    expect(heldOf(made)).toEqual(['ben; uid-clash', 'aaa; uid-clash']);
  });

  test.each<[string, string, boolean]>([
    ['user.old.Work', 'user.ada.Work', true],
    ['user.ada.Old', 'user.ada.Work', false],
    ['user.ada.Work', 'DELETED.user.ada.Work.6B00FA8B', false],
    ['news.older', 'news.old', true],
  ])('%s renamed to %s: by the log alone: %s', (replicaName, masterName, isHeld) => {
    const renamed = finding('safe', { facts: { replicaName, masterName }, effects: ['rename-on-replica'] });
    const made = plan({ mailboxes: [mailbox(masterName, renamed)] });
    expect(heldOf(made).join('').includes('only the pending log carries')).toBe(isHeld);
  });

  test.each(['#fred', 'a\nb', 'x'.repeat(600)])('a name that no list can carry is held: %j', (userid) => {
    const made = plan({ cleanUsers: [userid] }, [user(userid)]);
    expect([made.users, heldOf(made)]).toEqual([[], [`${userid}; its name can stand in no list of sync_client`]]);
  });
});

describe('nobody may be replicated', () => {
  test.each<[string, Partial<Report>, readonly string[]]>([
    ['a list that is gone', { verdict: 'halt', findings: [finding('halt')] }, ['list-gone']],
    [
      'halt in a mailbox',
      { verdict: 'halt', mailboxes: [{ ...mailbox('user.ada', finding('halt')), class: 'halt' }] },
      ['the verdict is halt'],
    ],
    [
      'a side that stops every user',
      { verdict: 'admin', findings: [finding('admin', { effects: ['blocked'] })] },
      ['uid-clash'],
    ],
    [
      'a list that was not audited',
      { complete: false, unaudited: [{ what: 'every mailbox', side: 'master', reason: 'damaged' }] },
      ['not audited: every mailbox of the master: damaged'],
    ],
  ])('%s', (_, values, stop) => {
    const made = plan(values);
    expect([made.stop, made.users, made.mailboxes]).toEqual([stop, [], []]);
    expect(listFile('-u', made.users, made, cleanReport)).toMatch(
      /^#[^\n]*\n# Nobody may be replicated\. See held\.txt\.\n$/,
    );
  });

  test('another finding of the pair holds nobody', () => {
    expect(plan({ verdict: 'admin', findings: [finding('admin')] }).users).toHaveLength(3);
  });
});

describe('what is held', () => {
  const ada = plan({ mailboxes: [mailbox('user.ada', finding('admin', { uid: 4, facts: { guid: 'ab' } }))] });
  const both = plan({ mailboxes: [mailbox('user.ada', finding('admin')), mailbox('user.ben', finding('admin'))] });

  test('keeps its first day and its history until it is clean', () => {
    const first = heldFile(ada, '2026-01-01T00:00:00Z', undefined);
    const second = heldFile(both, '2026-01-02T00:00:00Z', first);
    expect(second.held).toEqual([
      {
        userid: 'ada',
        since: '2026-01-01T00:00:00Z',
        history: ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'].map((at) => ({ at, codes: ['uid-clash'] })),
      },
      {
        userid: 'ben',
        since: '2026-01-02T00:00:00Z',
        history: [{ at: '2026-01-02T00:00:00Z', codes: ['uid-clash'] }],
      },
    ]);
    expect(heldFile(ada, '2026-01-03T00:00:00Z', second).held.map(({ userid }) => userid)).toEqual(['ada']);
    const clean = heldFile(plan({}), '2026-01-04T00:00:00Z', second);
    expect(clean.held).toEqual([]);
    expect(heldFile(ada, '2026-01-05T00:00:00Z', clean).held[0]!.since).toBe('2026-01-05T00:00:00Z');
  });

  test('a plan that is written twice is one run, and a long history is cut', () => {
    const first = heldFile(ada, '2026-01-01T00:00:00Z', undefined);
    expect(heldFile(ada, '2026-01-01T00:00:00Z', first)).toEqual(first);
    let file = first;
    for (let n = 0; n < 150; n++) file = heldFile(ada, `run ${String(n)}`, file);
    expect([file.held[0]!.history.length, file.held[0]!.since]).toEqual([100, '2026-01-01T00:00:00Z']);
  });

  test('is told to a person, with what to do', () => {
    const file = heldFile(ada, cleanReport.startedAt, undefined);
    expect(heldPage(ada, file, cleanReport, smallCatalogue)).toBe(
      [
        `cyraudit plan, from the audit of ${cleanReport.startedAt}`,
        '',
        `HELD user ada, since ${cleanReport.startedAt}`,
        '  Two messages under one UID (uid-clash)',
        '    user.ada uid 4: master holds ab',
        '    Do: Remedy of uid-clash.',
        '',
      ].join('\n'),
    );
  });
});
