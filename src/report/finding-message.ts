import type { ReportFinding } from '../generated/report.js';
import { ordered } from './ordered-json.js';
import { printable } from './printable.js';
import type { FindingTexts } from './report-format.js';

/** Where the catalogue has no title. */
export const UNKNOWN_TITLE = 'A finding of another version of cyraudit';

/** One finding in words. A finding that this version does not know, or knows with other facts, shows its facts. */
export function findingMessage(finding: ReportFinding, texts: FindingTexts | undefined): string {
  if (texts === undefined || !sameFacts(finding.facts, texts.example)) return plainFacts(finding);
  return printable(texts.message(finding.facts));
}

/** The lines below the message, if there are any: more of the finding, who accepted it, and since when it is there. */
export function findingDetails(finding: ReportFinding, texts: FindingTexts | undefined): readonly string[] {
  const { facts, accepted, since } = finding;
  const own = texts?.details === undefined || !sameFacts(facts, texts.example) ? [] : texts.details(facts);
  return [
    ...own,
    ...(accepted === undefined ? [] : [`accepted until ${accepted.expires}: ${accepted.reason}`]),
    ...(since === undefined ? [] : [`first found at ${since}`]),
  ].map(printable);
}

/** A saved report may come from another version: its facts are trusted only when they look like the example. */
function sameFacts(facts: ReportFinding['facts'], example: FindingTexts['example']): boolean {
  return Object.entries(example).every(([name, value]) => kindOf(facts[name]) === kindOf(value));
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

function plainFacts({ facts }: ReportFinding): string {
  const words = Object.entries(ordered(facts)).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`,
  );
  return printable(words.join(', '));
}
