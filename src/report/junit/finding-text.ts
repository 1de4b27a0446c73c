import type { CountsByCode, ReportFinding } from '../../generated/report.js';
import { effectWords } from '../effect-words.js';
import { findingDetails, findingMessage, UNKNOWN_TITLE } from '../finding-message.js';
import { placeWords, type PlacedFinding } from '../finding-place.js';
import { grouped } from '../numbers.js';
import { printable } from '../printable.js';
import type { Catalogue } from '../report-format.js';

const INDENT = '  ';

/** The findings of one test case, each code once with its findings and what to do below it. */
export function findingText(
  placed: readonly PlacedFinding[],
  notListed: CountsByCode,
  catalogue: Catalogue,
  isAdvised: boolean,
): string {
  const byCode = new Map<string, ReportFinding[]>();
  for (const { finding } of placed) {
    const findings = byCode.get(finding.code);
    if (findings === undefined) byCode.set(finding.code, [finding]);
    else findings.push(finding);
  }
  return [...byCode]
    .map(([code, findings]) => codeLines(code, findings, notListed[code] ?? 0, catalogue, isAdvised))
    .join('\n');
}

function codeLines(
  code: string,
  findings: readonly ReportFinding[],
  more: number,
  catalogue: Catalogue,
  isAdvised: boolean,
): string {
  const texts = catalogue.get(code);
  const findingClass = findings[0]!.class;
  const effects = new Set(findings.flatMap((finding) => finding.effects ?? []));
  const lines = [`${findingClass.toUpperCase()} ${code}: ${findingTitle(code, catalogue)}`];
  for (const finding of findings) {
    const where = placeWords({ finding, place: undefined });
    lines.push(`${INDENT}${where === '' ? '' : `${where}: `}${findingMessage(finding, texts)}`);
    lines.push(...findingDetails(finding, texts).map((line) => INDENT + INDENT + line));
  }
  if (more > 0) lines.push(`${INDENT}and ${grouped(more)} more that the report does not list`);
  if (effects.size > 0) lines.push(`${INDENT}Replication would: ${effectWords(effects)}.`);
  if (texts !== undefined && (isAdvised || findingClass !== 'safe'))
    lines.push(`${INDENT}Do: ${printable(texts.remedy)}`);
  return lines.join('\n');
}

export function findingTitle(code: string, catalogue: Catalogue): string {
  return printable(catalogue.get(code)?.title ?? UNKNOWN_TITLE);
}
