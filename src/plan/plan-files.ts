import type { HeldFile } from '../generated/held.js';
import type { Report } from '../generated/report.js';
import { findingMessage } from '../report/finding-message.js';
import { counted } from '../report/numbers.js';
import { printable, printableMboxname } from '../report/printable.js';
import type { Catalogue } from '../report/report-format.js';
import type { Held, Plan } from './make-plan.js';

/** A list for sync_client, which takes lines that begin with # for comments. */
export function listFile(
  option: '-u' | '-m',
  names: readonly string[],
  { stop, held }: Plan,
  { startedAt }: Pick<Report, 'startedAt'>,
): string {
  const lines = [
    `# cyraudit plan, from the audit of ${startedAt}: for sync_client ${option} -f`,
    ...(stop === undefined ? [] : ['# Nobody may be replicated. See held.txt.']),
    ...(stop === undefined && held.length > 0
      ? [`# ${counted(held.length, 'is', 'are')} held and not in the lists. See held.txt.`]
      : []),
    ...names,
  ];
  return `${lines.join('\n')}\n`;
}

/** Findings of one code that are written out for one who is held. */
const MAX_EXAMPLES = 3;

/** Who is held, since when, what for, and what to do, for a person. */
export function heldPage(plan: Plan, { held: items }: HeldFile, { startedAt }: Report, catalogue: Catalogue): string {
  const lines = [`cyraudit plan, from the audit of ${startedAt}`, ''];
  if (plan.stop !== undefined) {
    lines.push('NOBODY MAY BE REPLICATED:');
    for (const code of plan.stop) {
      const texts = catalogue.get(code);
      lines.push(`  ${printable(texts === undefined ? code : `${texts.title} (${code})`)}`);
      if (texts !== undefined) lines.push(`    Do: ${texts.remedy}`);
    }
    lines.push('');
  }
  if (plan.held.length === 0) lines.push('Nobody is held by himself.');
  for (const [n, held] of plan.held.entries()) lines.push(...heldLines(held, items[n]!.since, catalogue));
  return `${lines.join('\n').trimEnd()}\n`;
}

function heldLines({ unit, findings, reasons }: Held, since: string, catalogue: Catalogue): string[] {
  const name = unit.kind === 'user' ? `user ${printable(unit.userid)}` : `mailbox ${printableMboxname(unit.mboxname)}`;
  const lines = [`HELD ${name}, since ${since}`];
  for (const reason of reasons) lines.push(`  ${printable(reason)}`);
  for (const code of new Set(findings.map(({ finding }) => finding.code))) {
    const same = findings.filter(({ finding }) => finding.code === code);
    const texts = catalogue.get(code);
    lines.push(`  ${printable(texts?.title ?? code)} (${code})`);
    for (const { mboxname, finding } of same.slice(0, MAX_EXAMPLES)) {
      const where = [
        ...(finding.side === undefined ? [] : [finding.side]),
        ...(mboxname === undefined ? [] : [printableMboxname(mboxname)]),
        ...(finding.uid === undefined ? [] : [`uid ${String(finding.uid)}`]),
      ].join(' ');
      lines.push(`    ${where === '' ? '' : `${where}: `}${findingMessage(finding, texts)}`);
    }
    if (same.length > MAX_EXAMPLES) lines.push(`    and ${String(same.length - MAX_EXAMPLES)} more`);
    if (texts !== undefined) lines.push(`    Do: ${texts.remedy}`);
  }
  return [...lines, ''];
}
