import type { Report } from '../generated/report.js';
import type { FindingClass } from '../model/effects.js';
import { counted } from './numbers.js';

/** `3 mailboxes and 1 user`: who has the class, findings about a side or the pair included. */
function affected(report: Report, classes: readonly FindingClass[]): string {
  const sum = (counts: Readonly<Record<FindingClass, number>>) => classes.reduce((n, c) => n + counts[c], 0);
  const about = report.findings.filter((finding) => classes.includes(finding.class)).length;
  const parts = [
    [sum(report.counts.mailboxes), 'mailbox', 'mailboxes'] as const,
    [sum(report.counts.users), 'user', 'users'] as const,
    [about, report.command === 'check' ? 'thing about this side' : 'thing about the pair', undefined] as const,
  ]
    .filter(([n]) => n > 0)
    .map(([n, one, many]) => counted(n, one, many ?? one.replace('thing', 'things')));
  const last = parts.pop() ?? 'nothing';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

function pairVerdict(report: Report): string {
  switch (report.verdict) {
    case 'halt':
      return 'Do not start replication.';
    case 'admin':
      return report.complete
        ? `Replication may run except for ${affected(report, ['admin'])}.`
        : `Do not rely on replication yet: ${affected(report, ['admin'])} to look at, and the audit is incomplete.`;
    case 'safe':
      return report.complete
        ? `Replication may run: it repairs every difference (${affected(report, ['safe'])}).`
        : 'Do not rely on replication yet: what was audited is safe, but the audit is incomplete.';
    case 'clean':
      return report.complete
        ? 'Replication may run: both sides hold the same state.'
        : 'Do not rely on replication yet: what was audited is the same on both sides, but the audit is incomplete.';
  }
}

function sideVerdict(report: Report): string {
  const open = report.complete ? '' : ' The audit is incomplete.';
  switch (report.verdict) {
    case 'halt':
      return `This side cannot be trusted: do not replicate from it or to it.${open}`;
    case 'admin':
      return `This side needs repair: ${affected(report, ['admin'])}.${open}`;
    case 'safe':
      return report.complete
        ? `This side is sound, but for blemishes that replication neither spreads nor trips over (${affected(report, ['safe'])}).`
        : 'What was audited of this side is sound, but the audit is incomplete.';
    case 'clean':
      return report.complete
        ? 'This side is sound.'
        : 'What was audited of this side is sound, but the audit is incomplete.';
  }
}

/** The verdict in one line and in words. */
export function verdictLine(report: Report): string {
  const line = report.command === 'check' ? sideVerdict(report) : pairVerdict(report);
  return report.selection === undefined ? line : `${line} (Only what was selected was looked at.)`;
}
