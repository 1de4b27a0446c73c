import { describe, expect, test } from 'vitest';
import type { Report, ReportFinding, ReportMailbox } from '../../../src/generated/report.js';
import { Affected } from '../../../src/report/html/affected.js';
import { fillCommand } from '../../../src/report/html/fill-command.js';
import type { RemedyCommand } from '../../../src/report/html/remedy-steps.js';
import { cleanReport } from '../../support/report.js';

const finding = (code: string, more: Partial<ReportFinding> = {}): ReportFinding => ({
  code,
  class: 'admin',
  facts: {},
  ...more,
});
const mailbox = (mboxname: string, userid: string | undefined, ...findings: ReportFinding[]): ReportMailbox => ({
  mboxname,
  uniqueid: 'id',
  ...(userid === undefined ? {} : { userid }),
  class: 'admin',
  findings,
});
const report = (mailboxes: readonly ReportMailbox[], more: Partial<Report> = {}): Report => ({
  ...cleanReport,
  sides: cleanReport.sides.map((side) => ({ ...side, config: '/etc/imapd.conf' })),
  mailboxes,
  ...more,
});
const sync: RemedyCommand = { words: 'sync_client -u USER', prompt: 'shell', isToRun: true };
const reconstruct: RemedyCommand = { words: 'reconstruct -s MAILBOX', prompt: 'shell', isToRun: true };
const linesOf = (command: RemedyCommand, of: Report, bySide = false) =>
  fillCommand(command, 'clash', bySide, new Affected(of))?.commands.flatMap(({ lines }) => lines);

test('a program reads the imapd.conf of the side on which it runs', () => {
  const sides = [
    { ...cleanReport.sides[0]!, config: '/etc/imapd one.conf' },
    { ...cleanReport.sides[1]!, config: '/mnt/r/etc/imapd-r.conf', root: '/mnt/r' },
  ];
  const of = report([mailbox('user.ada', 'ada', finding('clash', { side: 'replica' }))], { sides });
  expect(linesOf(sync, of)).toEqual([`sync_client -C '/etc/imapd one.conf' -u ada`]);
  expect(linesOf(reconstruct, of, true)).toEqual(['reconstruct -C /etc/imapd-r.conf -s user.ada']);
  // The text names the side.
  expect(linesOf(reconstruct, of)).toEqual(['reconstruct -s user.ada']);
});

test('everybody concerned is named once', () => {
  const of = report([
    mailbox('user.ada', 'ada', finding('clash'), finding('clash')),
    mailbox('user.ada.Sent', 'ada', finding('clash')),
    mailbox('user.bob', 'bob', finding('other')),
    mailbox('user.eve', 'eve', finding('clash')),
  ]);
  expect(linesOf(sync, of)).toEqual(['sync_client -u ada', 'sync_client -u eve']);
  expect(linesOf(reconstruct, of)).toEqual([
    'reconstruct -s user.ada',
    'reconstruct -s user.ada.Sent',
    'reconstruct -s user.eve',
  ]);
});

describe('whoever has something else to settle is held back', () => {
  test.each<[string, Report]>([
    [
      'in another mailbox',
      report([mailbox('user.ada', 'ada', finding('clash')), mailbox('user.ada.Sent', 'ada', finding('damage'))]),
    ],
    [
      'about the user',
      report([mailbox('user.ada', 'ada', finding('clash'))], {
        users: [{ userid: 'ada', class: 'admin', findings: [finding('quota')] }],
      }),
    ],
    [
      'about the list, which names a mailbox',
      report([mailbox('user.ada', 'ada', finding('clash'))], {
        findings: [finding('orphan', { facts: { mboxname: 'user.ada.Old' } })],
      }),
    ],
    [
      'about the list, which names a deleted mailbox',
      report([mailbox('user.ada', 'ada', finding('clash'))], {
        findings: [finding('orphan', { facts: { mboxname: 'DELETED.user.ada.Old.6B00FA8B' } })],
      }),
    ],
    [
      'about the list, which names a mailbox of a domain',
      report([mailbox('example.com!user.a^da', 'a.da@example.com', finding('clash'))], {
        findings: [finding('orphan', { facts: { mboxname: 'example.com!user.a^da.Old' } })],
      }),
    ],
    [
      'about the list, which names several mailboxes',
      report([mailbox('user.ada', 'ada', finding('clash'))], {
        findings: [finding('two-names', { facts: { names: ['user.eve.A', 'user.ada.B'] } })],
      }),
    ],
    [
      'about the list, which names the user',
      report([mailbox('user.ada', 'ada', finding('clash'))], {
        findings: [finding('no-inbox', { facts: { userid: 'ada' } })],
      }),
    ],
  ])('%s', (_, of) => {
    expect(linesOf(sync, of)).toBeUndefined();
    const other = mailbox('user.bob', 'bob', finding('clash'));
    const filled = fillCommand(sync, 'clash', false, new Affected({ ...of, mailboxes: [...of.mailboxes, other] }));
    expect(filled).toEqual({ commands: [{ lines: ['sync_client -u bob'] }], more: 0, held: 1 });
  });
});

test('what is safe holds nobody back', () => {
  const lag = finding('lag', { class: 'safe' });
  expect(linesOf(sync, report([mailbox('user.ada', 'ada', finding('clash'), lag)]))).toEqual(['sync_client -u ada']);
});

test.each<[string, string | undefined]>([
  ['user.a b', `reconstruct -s 'user.a b'`],
  ["user.it's", `reconstruct -s 'user.it'\\''s'`],
  ['user.$(reboot)', `reconstruct -s 'user.$(reboot)'`],
  ['user.`x`.$&.$1', "reconstruct -s 'user.`x`.$&.$1'"],
  ['user.x\u001b[2J', undefined],
  ['user.x\nreboot', undefined],
  ['user.\u202egnp', undefined],
  ['user.é', undefined],
  ['-rf', undefined],
  ['user.ada.*', undefined],
  ['user.%', undefined],
  ['user.?', undefined],
  ['user.(a|b)', undefined],
  ['user.a{2}', undefined],
  ['user.a\\', undefined],
])('%j becomes %s', (mboxname, line) => {
  expect(linesOf(reconstruct, report([mailbox(mboxname, 'ada', finding('clash'))]))?.[0]).toBe(line);
});

test('a shared mailbox has no user to name', () => {
  const of = report([mailbox('info', undefined, finding('clash'))]);
  expect(linesOf(sync, of)).toBeUndefined();
  expect(linesOf(reconstruct, of)).toEqual(['reconstruct -s info']);
});

describe('a mailbox is named as an administrator types it', () => {
  const [master, replica] = cleanReport.sides;
  const sides = (...separators: ('.' | '/' | undefined)[]): Report['sides'] =>
    [master!, replica!].map(({ hierarchySeparator: _, ...side }, n) => {
      const separator = separators[n];
      return { ...side, ...(separator === undefined ? {} : { hierarchySeparator: separator }) };
    });
  const of = (...separators: ('.' | '/' | undefined)[]): Report =>
    report([mailbox('user.a^da.Sent', 'a.da', finding('clash', { side: 'replica' }))], { sides: sides(...separators) });

  test.each<[string, boolean, Report, string[] | undefined]>([
    ['with dots', false, of('.', '.'), ["reconstruct -s 'user.a^da.Sent'"]],
    ['with slashes', false, of('/', '/'), ['reconstruct -s user/a.da/Sent']],
    ['as on the side that it is run on', true, of('.', '/'), ['reconstruct -C /srv/r/imapd.conf -s user/a.da/Sent']],
    ['and not at all where the sides differ', false, of('.', '/'), undefined],
    ['or where nobody knows', false, of(undefined, undefined), undefined],
  ])('%s', (_, bySide, report, lines) => {
    expect(linesOf(reconstruct, report, bySide)).toEqual(lines);
  });

  test('a user is not', () => {
    expect(linesOf(sync, of(undefined, undefined))).toEqual(['sync_client -C /srv/m/imapd.conf -u a.da']);
  });
});

test('lines are told apart by side only where the remedy leaves it to the finding', () => {
  const of = report([
    mailbox('user.ada', 'ada', finding('clash', { side: 'master' })),
    mailbox('user.bob', 'bob', finding('clash', { side: 'replica' })),
  ]);
  expect(fillCommand(reconstruct, 'clash', true, new Affected(of))?.commands).toEqual([
    { side: 'master', lines: ['reconstruct -s user.ada'] },
    { side: 'replica', lines: ['reconstruct -s user.bob'] },
  ]);
  expect(fillCommand(reconstruct, 'clash', false, new Affected(of))?.commands).toHaveLength(1);
});

test('ten lines are shown and the others counted', () => {
  const of = report(Array.from({ length: 25 }, (_, n) => mailbox(`user.u${n}`, `u${n}`, finding('clash'))));
  const filled = fillCommand(sync, 'clash', false, new Affected(of))!;
  expect(filled.commands[0]!.lines).toHaveLength(10);
  expect(filled.more).toBe(15);
});

test.each<[string, RemedyCommand]>([
  ['one that is only mentioned', { ...sync, isToRun: false }],
  ['one that is typed in cyradm', { ...reconstruct, prompt: 'cyradm' }],
  ['one with more to fill in', { ...sync, words: 'sync_client -S MASTERHOST -u USER' }],
  ['one with a name that is made up', { ...sync, words: 'reconstruct MAILBOX-replica' }],
  ['one with nothing to fill in', { ...sync, words: 'sync_client -A' }],
])('%s is not filled in', (_, command) => {
  expect(linesOf(command, report([mailbox('user.ada', 'ada', finding('clash'))]))).toBeUndefined();
});
