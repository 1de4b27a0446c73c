import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/generated/report.js';
import { catalogue } from '../../../src/findings/catalogue.js';
import { findingsPart } from '../../../src/report/html/findings-part.js';
import { toHtml } from '../../../src/report/html/element.js';
import { collectPageData } from '../../../src/report/html/collect-page-data.js';
import { renderHtml } from '../../../src/report/html/html-format.js';
import type { PageData } from '../../../src/report/html/page-data.js';
import { verdictLine } from '../../../src/report/verdict-line.js';
import { driftingReport, exampleFinding } from '../../support/drifting-report.js';
import { adminReport, cleanReport, smallCatalogue } from '../../support/report.js';

const render = (report: Report, texts = smallCatalogue) =>
  renderHtml(report, { catalogue: texts, color: false, width: 100 });

/** What a browser without a script shows: no script, no style, no tags. */
const textOf = (html: string): string =>
  html
    .replace(/<(script|style)[^>]*>[^]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
/** The part of the page with this id, up to the next one. */
const part = (html: string, id: string): string =>
  html.split('<section ').find((each) => each.startsWith(`id="${id}"`)) ?? '';
const rowsOf = (html: string): unknown[] =>
  [...html.matchAll(/<script type="application\/json" data-part="rows">(.*)<\/script>/g)].flatMap(
    ([, json]) => JSON.parse(json!) as unknown[],
  );

const halt: Report = {
  ...adminReport,
  verdict: 'halt',
  findings: [{ code: 'list-gone', class: 'halt', side: 'master', facts: { path: '/m/mailboxes.db' } }],
};
const incomplete: Report = {
  ...adminReport,
  complete: false,
  unaudited: [{ what: 'cyrus.index', side: 'replica', mboxname: 'user.ada', reason: 'EACCES' }],
};

describe('the verdict comes first, in the words of the text report', () => {
  test.each<[string, Report]>([
    ['clean', cleanReport],
    ['admin', adminReport],
    ['halt', halt],
    ['admin', incomplete],
  ])('%s', (badge, report) => {
    const html = render(report);
    expect(textOf(/<h1>[^]*?<\/h1>/.exec(html)![0]).trim()).toBe(`${badge.toUpperCase()} ${verdictLine(report)}`);
    expect(html).toContain(`<title>${badge}: ${verdictLine(report)}</title>`);
  });
});

test('what is incomplete is never green', () => {
  expect(render({ ...cleanReport, complete: false, unaudited: incomplete.unaudited })).toContain(
    'class="verdict admin"',
  );
  expect(render(cleanReport)).toContain('class="verdict clean"');
});

test('the policy allows the script and the style of the page, and nothing else', () => {
  const html = render(adminReport);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [script] = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text]) => text!);
  const [style] = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text]) => text!);
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${hash(script!)}`,
    `style-src ${hash(style!)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

test('nothing in it leads to another place', () => {
  const html = render(driftingReport(300), catalogue);
  expect(html.match(/(?:src|srcset|action|data|poster|background)="/g)).toBeNull();
  expect([...html.matchAll(/href="([^"]*)"/g)].map(([, to]) => to).filter((to) => !/^(#|data:,$)/.test(to!))).toEqual(
    [],
  );
  expect(html.match(/@import|url\(|@font-face/g)).toBeNull();
  // The name of the vocabulary of SVG is no address that anything asks for.
  expect([...html.matchAll(/https?:\/\/[^"'\s<]+/g)].map(([address]) => address)).toEqual([
    'http://www.w3.org/2000/svg',
  ]);
  expect(html.match(/ style="| on\w+="/g)).toBeNull();
});

test('every link within it leads somewhere', () => {
  const html = render({ ...halt, ...incomplete, verdict: 'halt', findings: halt.findings });
  const ids = new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
  const targets = [...html.matchAll(/ (?:href|for)="#?([^"]*)"/g)].map(([, id]) => id!).filter((id) => id !== 'data:,');
  expect(targets.length).toBeGreaterThan(10);
  expect(targets.filter((id) => !ids.has(id))).toEqual([]);
  expect(ids.size).toBe([...html.matchAll(/ id="/g)].length);
});

test('the same report gives the same bytes', () => {
  const report = driftingReport(200);
  expect(render(structuredClone(report), catalogue)).toBe(render(report, catalogue));
});

test('without a script there are the verdict, the reasons, what to do and a bounded list', () => {
  const html = render(driftingReport(2000), catalogue);
  const text = textOf(html);
  expect(text).toContain('Same UID, different message: a split brain');
  expect(text).toContain('If new UIDs are acceptable (POP3 users download again), run sync_client -u USER');
  expect(text).toContain('The worst 100 of 2,000 findings');
  expect([...part(html, 'findings').matchAll(/<tr>/g)]).toHaveLength(101);
  // What only a script can do is not offered.
  expect(
    [...html.matchAll(/<(button|form|nav class="pager")[^>]*>/g)].filter(
      ([tag]) => !tag.includes('data-to') && !tag.includes('id="reset"') && !tag.includes(' hidden'),
    ),
  ).toEqual([]);
});

test('all findings are embedded, with the words that the text report has for them', () => {
  const report = driftingReport(700);
  const rows = rowsOf(render(report, catalogue)) as PageData['rows'];
  expect(rows).toHaveLength(700);
  const { rows: collected } = collectPageData(report, catalogue);
  expect(rows).toEqual(JSON.parse(JSON.stringify(collected)));
  expect(rows.every((row) => row[5].length > 10)).toBe(true);
});

test('of too many findings the mildest are left out, in the order of the report', () => {
  const { rows, codes } = collectPageData(adminReport, smallCatalogue, 4);
  expect(rows.map((row) => codes[row[0]]!.code)).toEqual(['uid-clash', 'uid-clash', 'uid-clash', 'uid-clash']);
  const all = collectPageData(adminReport, smallCatalogue, 8).rows;
  expect(all).toHaveLength(8);
  expect(all.map((row) => row[1])).toEqual([...all.map((row) => row[1])].sort((a, b) => a - b));
});

test('findings that are only counted are said to be', () => {
  expect(textOf(render(adminReport))).toContain(
    '12 findings in all. 3 are only counted, as of one kind at most 100 are listed for a mailbox.',
  );
});

test('findings that are left out are said to be, and no others', () => {
  const note = (maxRows?: number): string =>
    textOf(toHtml(findingsPart(adminReport, collectPageData(adminReport, smallCatalogue, maxRows))));
  expect(note(4)).toContain('at most 100 are listed for a mailbox. 5 of the mildest are left out here');
  expect(note()).not.toContain('left out');
  const { length } = collectPageData(driftingReport(120_000), catalogue).rows;
  expect(length).toBe(120_000);
  expect(textOf(part(render(driftingReport(120_000), catalogue), 'findings'))).not.toMatch(/left out|in all/);
});

test('names from a spool are shown and do nothing', () => {
  const evil = `</script><img src=x onerror=alert(1)>\u202e\u2028\u001b[31m"'&`;
  const shown = String.raw`</script><img src=x onerror=alert(1)>\u202e\u2028\x1b[31m"'&`;
  const escaped = shown
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const finding = { ...exampleFinding('guid-mismatch'), uid: 4 };
  const [master, replica] = cleanReport.sides;
  const report: Report = {
    ...adminReport,
    complete: false,
    tool: { name: 'cyraudit', version: evil },
    selection: { users: [evil] },
    sides: [
      {
        ...master!,
        config: evil,
        source: evil,
        engine: evil,
        listFormat: evil,
        partitions: [{ name: evil, mailboxes: 1 }],
      },
      replica!,
    ],
    mailboxes: [{ mboxname: evil, uniqueid: evil, userid: evil, class: 'admin', findings: [finding] }],
    users: [
      {
        userid: evil,
        class: 'admin',
        findings: [{ code: 'from-the-future', class: 'admin', facts: { [evil]: evil } }],
      },
    ],
    unaudited: [{ what: evil, mboxname: evil, reason: evil }],
  };
  const html = render(report, catalogue);
  expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/);
  expect(html).not.toContain('<img');
  expect([...html.matchAll(/<\/script>/g)]).toHaveLength(4);
  expect(html.split(escaped).length).toBeGreaterThan(10);
  expect(rowsOf(html)).toHaveLength(2);
});

describe('below a verdict that forbids replication nothing says that it may run', () => {
  const pending = exampleFinding('record-only-on-master');
  const lag = { mboxname: 'user.ada', uniqueid: 'a', userid: 'ada', class: 'safe' as const, findings: [pending] };
  const remedy = 'Let replication run';

  test.each<[string, Report]>([
    ['halt', { ...cleanReport, verdict: 'halt', findings: [exampleFinding('mboxlist-empty')], mailboxes: [lag] }],
    ['incomplete', { ...incomplete, verdict: 'safe', mailboxes: [lag] }],
  ])('%s', (_, report) => {
    expect(render(report, catalogue)).not.toContain(remedy);
  });

  test('and below one that allows it the advice is there', () => {
    const html = render({ ...cleanReport, verdict: 'safe', mailboxes: [lag] }, catalogue);
    expect(html).toContain(remedy);
    expect(textOf(html)).toContain('Nothing has to be done: let replication run.');
  });
});

describe('lines with names', () => {
  const split = { ...exampleFinding('guid-mismatch'), uid: 4 };
  const mailbox = { mboxname: 'user.ada', uniqueid: 'a', userid: 'ada', class: 'admin' as const, findings: [split] };
  const report: Report = { ...cleanReport, verdict: 'admin', mailboxes: [mailbox] };
  const line = '<code>sync_client -C /srv/m/imapd.conf -u ada</code>';

  test('are offered where the whole of the user was audited', () => {
    expect(render(report, catalogue)).toContain(line);
  });

  test.each<[string, Report]>([
    ['nothing may run', { ...report, verdict: 'halt', findings: [exampleFinding('mboxlist-empty')] }],
    ['something was not audited', { ...report, complete: false, unaudited: incomplete.unaudited }],
    ['only some mailboxes were audited', { ...report, selection: { mailboxes: ['user.ada'] } }],
    ['only a partition was audited', { ...report, selection: { partitions: ['default'] } }],
  ])('are not offered where %s', (_, other) => {
    const html = render(other, catalogue);
    expect(html).not.toContain(line);
    expect(html).toContain('<code>sync_client -u USER</code>');
  });

  test('are not offered for a program that the same remedy warns of', () => {
    const damaged = { ...mailbox, findings: [exampleFinding('record-crc-mismatch')] };
    const html = render({ ...report, mailboxes: [damaged] }, catalogue);
    expect(html).toContain('<code>reconstruct MAILBOX</code>');
    expect(html).not.toContain('reconstruct user.ada');
  });
});

test('actions stand worst first, and what is halt comes before what is incomplete', () => {
  const html = part(render({ ...halt, complete: false, unaudited: incomplete.unaudited }), 'do');
  const order = [
    'id="do-list-gone"',
    'Only when that is settled',
    'Make the audit complete',
    'id="do-uid-clash"',
    'id="do-safe"',
    'Then audit again',
  ];
  const places = order.map((words) => html.indexOf(words));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test('the picture has the mailboxes by class, the kinds and the effects, each with its number', () => {
  const text = textOf(part(render(adminReport), 'picture'));
  expect(text).toContain('Mailboxes by class (1,234)');
  expect(text).toContain('1,229 clean 2 safe 3 admin 0 halt');
  expect(text).toMatch(/ADMIN uid-clash 9 .*SAFE lagging 2/);
  expect(text).toMatch(/copy to the replica 2 copy back to the master 6 give messages new UIDs 6/);
  expect(text).toContain('2 would change the replica 6 would change the master 0 would stop it with an error');
});

test('a timeline is drawn where the replica holds other messages, the worst first', () => {
  const html = part(render(driftingReport(500), catalogue), 'parts');
  expect([...html.matchAll(/<svg class="timeline"/g)]).toHaveLength(8);
  expect(textOf(html)).toContain('17 more mailboxes');
  expect(render(adminReport)).not.toContain('<svg class="timeline"');
});

test('what was not audited is listed, and the list has an end', () => {
  const many = Array.from({ length: 1234 }, (_, n) => ({ what: `file ${n}`, reason: 'EACCES' }));
  const html = part(render({ ...incomplete, unaudited: many }), 'unaudited');
  expect([...html.matchAll(/EACCES/g)]).toHaveLength(1000);
  expect(textOf(html)).toContain('and 234 more');
});

test('what was not hashed and what is at risk are told', () => {
  const text = textOf(
    render({
      ...adminReport,
      level: 'content',
      counts: { ...adminReport.counts, atRisk: 2 },
      subset: { part: 3, of: 7, notHashed: { master: 1000, replica: 234 } },
    }),
  );
  expect(text).toMatch(/by cyraudit 0\.1\.0\. 2 messages without an intact copy on either side\. Reasons/);
  expect(text).toContain('At risk 2 messages without an intact copy on either side');
  expect(text).toContain('part 3 of 7 was hashed; of 1,234 message files only name and size were looked at');
  expect(text).toContain('cyraudit compare m r --level content --subset 3/7');
  expect(textOf(render(adminReport))).not.toContain('At risk');
});

test('what was known before is told', () => {
  const since = '2024-12-31T00:00:00.000Z';
  const [ada] = adminReport.mailboxes;
  const accepted = { reason: 'both are wanted', expires: '2030-01-31' };
  const findings = ada!.findings.map((finding) => ({ ...finding, since, accepted }));
  const report: Report = {
    ...adminReport,
    mailboxes: [{ ...ada!, findings }],
    acceptance: { findings: 2, entries: [] },
  };
  const html = render(report);
  expect(textOf(/<header[^]*<\/header>/.exec(html)![0])).toContain('2 findings accepted.');
  expect(textOf(part(html, 'do'))).toContain(`accepted until 2030-01-31: both are wanted first found at ${since}`);
  expect(JSON.stringify(rowsOf(html))).toContain('accepted until 2030-01-31');
});

test('what was accepted is marked in its row, and no other', () => {
  const [ada] = adminReport.mailboxes;
  const [first, second] = ada!.findings;
  const accepted = { reason: 'both are wanted', expires: '2030-01-31' };
  const mailboxes = [{ ...ada!, findings: [{ ...first!, accepted }, second!] }];
  const rows = part(render({ ...adminReport, mailboxes }), 'findings')
    .split('<tr>')
    .slice(2);
  expect(rows).toHaveLength(3);
  expect(rows.map((row) => row.includes('accepted until 2030-01-31'))).toEqual([true, false, false]);
});

test('a finding about one side stands at that side, one about both at the pair', () => {
  const about = (side: object) => ({ code: 'list-gone', class: 'halt' as const, ...side, facts: { path: '/x' } });
  const findings = [about({}), about({ side: 'master' }), about({ side: 'replica' })];
  const where = (report: Report): string[] =>
    [...part(render(report), 'findings').matchAll(/<td class="col-where">([^]*?)<\/td>/g)].map(([, name]) => name!);
  expect(where({ ...cleanReport, verdict: 'halt', findings })).toEqual(['the pair', 'the master', 'the replica']);
  const single = { role: 'single' as const };
  const sides = [{ ...cleanReport.sides[0]!, ...single }];
  expect(
    where({ ...cleanReport, command: 'check', sides, verdict: 'halt', findings: [about({ side: 'single' })] }),
  ).toEqual(['this side']);
});

describe('where the audit ended with the lists nothing is shown as counted', () => {
  const none = { clean: 0, safe: 0, admin: 0, halt: 0 };
  const blank: Report = {
    ...halt,
    sides: halt.sides.map((side) => ({
      ...side,
      ...{ mailboxes: 0, tombstones: 0, deletedMailboxes: 0, records: 0, files: 0, indexVersions: {} },
      engine: 'unknown',
    })),
    counts: { ...halt.counts, mailboxes: none, users: none, findings: { 'list-gone': 1 }, bytesRead: '0' },
    mailboxes: [],
    users: [],
  };
  const words = 'Nothing below the mailbox lists was looked at';

  test('and it is said that nothing was looked at', () => {
    const html = render(blank);
    const picture = textOf(part(html, 'picture'));
    expect(picture).toContain(words);
    expect(picture).toContain('mailboxes not looked at records not looked at message files not looked at');
    expect(picture).not.toMatch(/by class|would/);
    expect(textOf(part(html, 'unaudited'))).toContain(words);
    const totals = textOf(part(html, 'totals'));
    expect(totals).toContain('Mailboxes none was looked at Users none was looked at');
    expect(textOf(html)).not.toMatch(/\b0 (mailboxes|records|clean|deleted)|could be read/);
  });

  test.each<[string, Report]>([
    ['a halt that was found below the lists', halt],
    ['a pair of empty servers that is complete and clean', { ...blank, verdict: 'clean', findings: [] }],
  ])('but not for %s', (_, report) => {
    expect(textOf(render(report))).not.toContain(words);
  });
});

test('one side alone has no pair, no flow and no timeline', () => {
  const single: Report = { ...adminReport, command: 'check', sides: [{ ...cleanReport.sides[0]!, role: 'single' }] };
  const html = render(single);
  expect(html).not.toContain('class="flows"');
  expect(textOf(part(html, 'picture'))).toContain('Side /srv/m/imapd.conf');
  expect(textOf(html)).not.toMatch(/the pair/i);
});
