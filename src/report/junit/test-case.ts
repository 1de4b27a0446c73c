import type { CountsByCode } from '../../generated/report.js';
import { worstFirst, type PlacedFinding } from '../finding-place.js';
import { counted } from '../numbers.js';
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

/** `admin` and `halt` fail; what replication repairs by itself passes, and is told. */
export function caseOf(
  classname: string,
  name: string,
  { placed, notListed = {} }: CaseFindings,
  { catalogue, isAdvised }: { readonly catalogue: Catalogue; readonly isAdvised: boolean },
): TestCase {
  const sorted = worstFirst(placed);
  const worst = sorted[0]?.finding;
  if (worst === undefined) return { classname, name };
  const text = findingText(sorted, notListed, catalogue, isAdvised);
  if (worst.class === 'safe') return { classname, name, output: text };
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
