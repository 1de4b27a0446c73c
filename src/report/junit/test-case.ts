import type { CountsByCode, Report } from '../../generated/report.js';
import { worstFirst, type PlacedFinding } from '../finding-place.js';
import { counted } from '../numbers.js';
import { isKnown, mayRun } from '../outcome.js';
import type { Catalogue } from '../report-format.js';
import { findingText, findingTitle } from './finding-text.js';
import { element } from './xml.js';

/** What makes a case fail, and its text. `error`: it could not be audited. */
interface Trouble {
  readonly as: 'failure' | 'error';
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

export interface TestCase {
  readonly classname: string;
  readonly name: string;
  readonly trouble?: Trouble;
  /** What a case that passed has to say all the same. */
  readonly output?: string;
}

export interface CaseFindings {
  readonly placed: readonly PlacedFinding[];
  readonly notListed?: CountsByCode | undefined;
}

export interface CaseOptions {
  readonly catalogue: Catalogue;
  readonly report: Report;
}

/** `admin` and `halt` fail; what replication repairs by itself passes and is told, as does what was known before. */
export function caseOf(
  classname: string,
  name: string,
  { placed, notListed = {} }: CaseFindings,
  { catalogue, report }: CaseOptions,
): TestCase {
  const sorted = worstFirst(placed);
  if (sorted.length === 0) return { classname, name };
  const text = findingText(sorted, notListed, catalogue, mayRun(report));
  const isQuiet = report.attention === 'clean' || report.attention === 'safe';
  // Whether what is not listed was known nobody says of a single place.
  const open = sorted.filter(
    ({ finding }) => !isKnown(finding, report) || (notListed[finding.code] !== undefined && !isQuiet),
  );
  const worst = open[0]?.finding;
  if (worst === undefined || worst.class === 'safe') return { classname, name, output: text };
  const others = new Set(sorted.map(({ finding }) => finding.code)).size - 1;
  const more = others === 0 ? '' : ` (and ${counted(others, 'other kind')} of finding)`;
  const message = `${worst.class}: ${findingTitle(worst.code, catalogue)}${more}`;
  return { classname, name, trouble: { as: 'failure', type: worst.code, message, text } };
}

export function caseElement({ classname, name, trouble, output }: TestCase): string {
  const content: string[] = [];
  if (trouble !== undefined) {
    const { as, type, message, text } = trouble;
    content.push(element(as, { type, message }, text));
  }
  if (output !== undefined) content.push(element('system-out', {}, output));
  return element('testcase', { classname, name }, content);
}
