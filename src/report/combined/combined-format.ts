import type { Report, ReportMailbox } from '../../generated/report.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { counted } from '../numbers.js';
import { printable } from '../printable.js';
import type { Catalogue, RenderOptions, ReportFormat } from '../report-format.js';
import { verdictLine } from '../verdict-line.js';

type Mark = '=' | '+' | '-' | '*' | '!';

/** A line for each mailbox that the report names, by name; lines with `#` say what they are and what is not among them. */
export function renderCombined(report: Report, { catalogue }: Pick<RenderOptions, 'catalogue'>): string {
  const lines = [...marks(report, catalogue)]
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, mark]) => `${mark} ${printable(name)}`);
  return [...headLines(report), ...lines].map((line) => `${line}\n`).join('');
}

function marks({ mailboxes, unaudited }: Report, catalogue: Catalogue): Map<string, Mark> {
  const byName = new Map<string, Mark>();
  for (const mailbox of mailboxes) {
    const mark = markOf(mailbox, catalogue);
    const before = byName.get(mailbox.mboxname) ?? mark;
    // Two mailboxes of one name, with other uniqueids: one on each side is a difference, not two lone ones.
    byName.set(mailbox.mboxname, before === mark ? mark : '*');
  }
  for (const { mboxname, side, what } of unaudited)
    byName.set(mboxname ?? (side === undefined || side === 'single' ? what : `${side} ${what}`), '!');
  return byName;
}

function markOf({ class: worst, findings }: ReportMailbox, catalogue: Catalogue): Mark {
  for (const { code } of findings) {
    const side = catalogue.get(code)?.heldOnlyBy;
    if (side !== undefined) return side === 'master' ? '+' : '-';
  }
  // A finding that does not tell what replication would do is no proof that it does nothing.
  const idle = findings.every(({ effects }) => effects?.every((effect) => effect === 'none') === true);
  return worst === 'safe' && idle ? '=' : '*';
}

/** A list without a line for it must not look clean. */
function headLines(report: Report): string[] {
  const { counts, findings, users, command } = report;
  const missing = [
    [counts.mailboxes.clean, 'mailbox', 'mailboxes', 'without a finding'],
    [users.length, 'user', 'users', 'with findings outside the mailboxes'],
    [findings.length, 'finding', 'findings', `about the ${command === 'check' ? 'side' : 'pair'} as a whole`],
  ] as const;
  const words = missing.flatMap(([n, one, many, what]) => (n === 0 ? [] : [`${counted(n, one, many)} ${what}`]));
  return [`# ${printable(verdictLine(report))}`, ...(words.length === 0 ? [] : [`# Not listed: ${words.join(', ')}.`])];
}

export const combinedFormat: ReportFormat = {
  name: 'combined',
  description: FORMAT_DESCRIPTIONS.combined,
  render: renderCombined,
};
