import type { Report } from '../../src/generated/report.js';
import { cleanReport } from './report.js';

/** Names that would break out of a format, or that it could not hold at all. */
export const HOSTILE_NAMES: readonly string[] = [
  'user.a"b\'c<d>&amp;]]><!-- --></testcase>',
  'user.two\nlines\r\nand\ttabs\u0000',
  'user.\u001b[31mred\u009b0m\u0007',
  'user.\u202ederotser\u2066\u200f\u200b',
  'user.next\u0085line\u2028separator\u2029',
  'user.half \ud83d and \ude00 and whole 😀',
  'user.none\ufffe\uffff\ufeff',
  "user.pipe | 'x'=99999;;;; `$(id)`",
  'user.back\\slash\\n\\"\\',
  'user.{0} {{1}} [link](http://x.example/) \\[a\\](1)',
  '# HELP x\n= user.other',
  '../../etc/passwd%00?x#y',
  '',
  ' ',
  'user.日本語.Entw&APw-rfe',
  // The reading direction turned, and a control sequence, in modified UTF-7.
  'user.&IC4-txt.exe',
  'user.&ABs-[31mred',
  `user.${'x'.repeat(5000)}`,
];

/** A report in which everything that comes from a spool or a command line is `name`. */
export function reportOf(name: string): Report {
  const facts = { guid: name, path: name, modseq: name };
  const finding = { code: 'uid-clash', class: 'admin', side: 'replica', uid: 4, facts, effects: ['renumber'] } as const;
  const lagging = { code: 'lagging', class: 'safe', facts: { modseq: name } } as const;
  const unknown = { code: 'from-the-future', class: 'admin', facts: { [`${name}!`]: [name, 1], other: null } } as const;
  return {
    ...cleanReport,
    selection: { users: [name], mailboxes: [name] },
    verdict: 'halt',
    complete: false,
    sides: cleanReport.sides.map((side) => ({ ...side, source: name, config: name, engine: name })),
    counts: {
      ...cleanReport.counts,
      findings: { 'from-the-future': 1, lagging: 2, 'list-gone': 1, 'uid-clash': 5 },
      mailboxes: { clean: 5, safe: 1, admin: 1, halt: 0 },
      users: { clean: 0, safe: 0, admin: 1, halt: 0 },
    },
    findings: [{ code: 'list-gone', class: 'halt', side: 'master', facts: { path: name } }],
    mailboxes: [
      {
        mboxname: name,
        uniqueid: name,
        userid: name,
        class: 'admin',
        findings: [finding, lagging],
        notListed: { 'uid-clash': 3 },
      },
      { mboxname: `${name}.safe`, uniqueid: null, class: 'safe', findings: [lagging] },
    ],
    users: [{ userid: name, class: 'admin', findings: [finding, unknown] }],
    cleanUsers: [name],
    unaudited: [
      { what: name, reason: name },
      { what: name, side: 'master', mboxname: name, reason: `${name} too` },
    ],
  };
}
