import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../src/findings/catalogue.js';
import { JURY_EXAMPLE } from '../../src/findings/list/jury-facts.js';
import type { Report } from '../../src/generated/report.js';
import { displayWidth } from '../../src/report/display-width.js';
import { encodeMutf7 } from '../../src/report/mutf7.js';
import { printableMboxname } from '../../src/report/printable.js';
import { renderText } from '../../src/report/text/text-format.js';
import { adminReport, cleanReport, smallCatalogue } from '../support/report.js';

const options = { catalogue: smallCatalogue, color: false, width: 100 };
const text = (report: Report) => renderText(report, options);
const firstLine = (report: Report) => text(report).split('\n')[0];

const unaudited = [{ what: 'cyrus.index', side: 'replica' as const, mboxname: 'user.ada', reason: 'EACCES' }];
const open = { complete: false, unaudited };
const single = { command: 'check' as const, sides: [{ ...cleanReport.sides[0]!, role: 'single' as const }] };
const halt = {
  verdict: 'halt' as const,
  findings: [
    { code: 'list-gone', class: 'halt' as const, side: 'master' as const, facts: { path: '/m/mailboxes.db' } },
  ],
};
const safe = {
  verdict: 'safe' as const,
  counts: { ...cleanReport.counts, mailboxes: { clean: 1233, safe: 1, admin: 0, halt: 0 } },
};

test.each<[string, Report]>([
  ['on either side', cleanReport],
  ['on this side', { ...cleanReport, ...single }],
])('a message that nobody has is without an intact copy %s', (where, report) => {
  const atRisk = { ...report, counts: { ...report.counts, atRisk: 1 } };
  expect(text(atRisk)).toContain(`1 message without an intact copy ${where}\n`);
});

describe('the first line is the verdict in words', () => {
  test.each<[string, Report]>([
    ['Replication may run: both sides hold the same state.', cleanReport],
    ['Replication may run: it repairs every difference (1 mailbox).', { ...cleanReport, ...safe }],
    ['Replication may run except for 3 mailboxes and 1 user.', adminReport],
    ['Do not start replication.', { ...cleanReport, ...halt }],
    ['Do not start replication.', { ...cleanReport, ...halt, ...open }],
    ['This side is sound.', { ...cleanReport, ...single }],
    ['This side needs repair: 3 mailboxes and 1 user.', { ...adminReport, ...single }],
    ['This side cannot be trusted: do not replicate from it or to it.', { ...cleanReport, ...single, ...halt }],
  ])('%s', (line, report) => {
    expect(firstLine(report)).toBe(line);
  });

  test.each<[string, Report]>([
    ['clean', cleanReport],
    ['safe', { ...cleanReport, ...safe }],
    ['admin', adminReport],
  ])('an incomplete audit that is %s does not say that replication may run', (_, report) => {
    expect(firstLine({ ...report, ...open })).toMatch(/^Do not rely on replication yet: .*incomplete\.$/);
    expect(firstLine({ ...report, ...single, ...open })).toMatch(/incomplete\.$/);
  });

  test('an audit of a part says so', () => {
    expect(firstLine({ ...cleanReport, selection: { users: ['a*'] } })).toContain(
      'Only what was selected was looked at',
    );
  });
});

test('below a verdict that forbids replication nothing says that it may run', () => {
  const pending = { code: 'seen-lag', class: 'safe' as const, facts: {} };
  const report = { ...cleanReport, ...halt, findings: [...halt.findings, pending] };
  const remedy = 'Nothing. Let replication run.';
  const catalogue = new Map([
    ['seen-lag', { ...[...smallCatalogue.values()][0]!, code: 'seen-lag', remedy, message: () => 'lags' }],
  ]);
  expect(renderText(report, { ...options, catalogue })).not.toContain(remedy);
  expect(renderText({ ...cleanReport, ...safe, findings: [pending] }, { ...options, catalogue })).toContain(remedy);
});

test('an admin report, in full', () => {
  expect(text(adminReport)).toBe(`Replication may run except for 3 mailboxes and 1 user.

ADMIN  Two messages under one UID (9 in 3 mailboxes) uid-clash
    user.ada uid 4: master holds 5f0c
    user.ada uid 5: master holds 5f0c
    user.bob.Entwürfe uid 4: master holds 5f0c
    user.bob.Entwürfe uid 5: master holds 5f0c
    user.eve.\\x1b[31m uid 4: master holds 5f0c
    and 4 more
    Replication would: copy back to the master; give messages new UIDs.
    Do: Remedy of uid-clash.

ADMIN  A finding of another version of cyraudit (1 in 1 user) from-the-future
    replica user bob: a null, b 1, 2

SAFE  Not copied yet (2 in 2 mailboxes) lagging
    user.joe uid 7: modseq 12 is missing
    user.kim uid 7: modseq 12 is missing
    Replication would: copy to the replica.
    Do: Remedy of lagging.

Then audit again: cyraudit compare m r

Master   /srv/m/imapd.conf: 1,234 mailboxes on 1 partition, 1 deleted, 2 tombstones, 56,789 records, 56,780 message files seen, Cyrus 3.6
Replica  /srv/r/imapd.conf: 1,234 mailboxes on 1 partition, 1 deleted, 2 tombstones, 56,789 records, 56,780 message files seen, Cyrus 3.6
Mailboxes: 1,229 clean, 2 safe, 3 admin, 0 halt
Users:     39 clean, 0 safe, 1 admin, 0 halt
Level files, 117.7 MiB (123,456,789 bytes) read in 12.3 s.
`);
});

test('findings about a side come with its name, and what was not audited follows', () => {
  const lines = text({ ...cleanReport, ...halt, ...open }).split('\n');
  expect(lines).toContain('    master: /m/mailboxes.db is not there');
  expect(lines).toContain('Not audited: 1 thing');
  expect(lines).toContain('    replica user.ada cyrus.index: EACCES');
});

test('the command to run again is fit for a shell', () => {
  const sides = [{ ...cleanReport.sides[0]!, source: "it's" }, cleanReport.sides[1]!];
  const report: Report = { ...adminReport, sides, level: 'index', selection: { users: ['a*'], mailboxes: ['user.b'] } };
  expect(text(report)).toContain(
    "Then audit again: cyraudit compare 'it'\\''s' r --level index --user 'a*' --mailbox user.b\n",
  );
});

test('facts of another version do not reach the message', () => {
  const findings = [{ code: 'list-gone', class: 'halt' as const, facts: { path: 7 } }];
  expect(text({ ...cleanReport, verdict: 'halt', findings })).toContain('    path 7\n');
});

test('what was known before is told', () => {
  const since = '2024-12-31T00:00:00.000Z';
  const accepted = { reason: 'wanted\u001b', expires: '2030-01-31' };
  const findings = [{ ...halt.findings[0]!, since, accepted }];
  const lines = text({
    ...cleanReport,
    findings,
    verdict: 'halt',
    acceptance: { findings: 1, entries: [] },
    baseline: { startedAt: since, new: 0, still: 1, resolved: [], resolvedNotListed: 1234 },
  });
  expect(lines).toContain(
    '        accepted until 2030-01-31: wanted\\x1b\n        first found at 2024-12-31T00:00:00.000Z\n',
  );
  expect(lines).toContain(
    'Known    1 finding accepted; since 2024-12-31T00:00:00.000Z 0 new, 1 still there, 1,234 resolved\n',
  );
});

test('colours come only when asked for', () => {
  const escape = /\u001b\[/;
  expect(text(adminReport)).not.toMatch(escape);
  expect(renderText(adminReport, { ...options, color: true })).toMatch(escape);
});

describe.each([60, 80, 120])('on a terminal of %d columns', (columns) => {
  const wide = `user.ada.${encodeMutf7('受信箱 の 古い 手紙 と 新しい 手紙 と 下書き と 送信済み と ゴミ箱 の 中 の もの')}`;
  const [ada, ...others] = adminReport.mailboxes;
  const jury = { ...JURY_EXAMPLE, counts: [0, 12, 1, 0], examples: ['', `${wide} ${wide}`, wide, ''] };
  const report: Report = {
    ...adminReport,
    ...open,
    findings: [{ code: 'mboxlist-doubtful', class: 'admin', side: 'master', facts: jury }],
    mailboxes: [{ ...ada!, mboxname: wide }, ...others],
    unaudited: [{ ...unaudited[0]!, mboxname: wide }],
    selection: { users: ['ada'] },
  };
  const texts = new Map([...smallCatalogue, ['mboxlist-doubtful', catalogue.get('mboxlist-doubtful')!]]);
  const shown = (color: boolean) =>
    stripVTControlCharacters(renderText(report, { catalogue: texts, color, width: columns, columns }));
  const words = (text: string): string[] => text.split(/\s+/);

  test('no line is wider that could be broken, but for the command', () => {
    const lines = shown(false).trimEnd().split('\n');
    const command = lines.filter((line) => line.startsWith('Then audit again: '));
    expect(command).toHaveLength(1);
    for (const line of lines.filter((each) => each !== command[0]))
      expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
    // The side lines are wider than any of these terminals.
    expect(lines.length).toBeGreaterThan(text(report).split('\n').length);
  });

  test('nothing is lost, and colours break no other lines', () => {
    const whole = renderText(report, { catalogue: texts, color: false, width: columns });
    expect(words(shown(false))).toEqual(words(whole));
    expect(shown(true)).toBe(shown(false));
  });

  test('what is broken goes on below its text', () => {
    const at = (start: string, lines: string[]) => lines.findIndex((line) => line.startsWith(start));
    const lines = shown(false).split('\n');
    expect(lines[at('Master', lines) + 1]).toMatch(/^ {9}\S/);
    if (columns < 120) expect(lines[at(`    ${printableMboxname(wide).slice(0, 20)}`, lines) + 1]).toMatch(/^ {6}\S/);
  });
});
