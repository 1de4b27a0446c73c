import type { Report } from '../generated/report.js';
import { CLASSES } from '../model/effects.js';
import { findingTotal } from './outcome.js';
import { printable } from './printable.js';
import { verdictLine } from './verdict-line.js';

/** One that is undefined is left out. */
export type KeyValue = readonly [key: string, value: string | number | undefined];

/** Bytes of a value: three long ones and some short ones make a line of 2048 that every receiver takes (RFC 5424 section 6.1). */
const MAX_BYTES = 550;

/**
 * `key=value` with blanks between them, as logfmt has it: a value stands in quotes when it has blanks, quotes, `=`,
 * backslashes or what a terminal acts on. Nothing in a value can end it, or its line.
 */
export function keyValues(all: readonly KeyValue[]): string {
  return all.flatMap(([key, value]) => (value === undefined ? [] : `${key}=${valueText(String(value))}`)).join(' ');
}

function valueText(text: string): string {
  let escaped = '';
  let bytes = 0;
  for (const character of text) {
    const one = character === '"' || character === '\\' ? `\\${character}` : printable(character);
    bytes += Buffer.byteLength(one);
    // Between two characters, so that no escape is cut.
    if (bytes > MAX_BYTES) return `"${escaped}..."`;
    escaped += one;
  }
  return escaped === text && /^[^\s"=\\]+$/.test(text) ? text : `"${escaped}"`;
}

/** What a report comes to. Keys are for ever; new ones come before `message`. */
export function summaryValues(report: Report): KeyValue[] {
  const { command, level, verdict, complete, counts, unaudited, attention, acceptance, baseline, durations } = report;
  const { mailboxes, users, atRisk } = counts;
  return [
    ['verdict', verdict],
    ['complete', complete ? 'yes' : 'no'],
    ['attention', attention],
    ['command', command],
    ['level', level],
    ...CLASSES.map((of): KeyValue => [`mailboxes-${of}`, mailboxes[of]]),
    ...CLASSES.map((of): KeyValue => [`users-${of}`, users[of]]),
    ['findings', findingTotal(report)],
    ['unaudited', unaudited.length],
    ['at-risk', atRisk],
    ['accepted', acceptance?.findings],
    ['new', baseline?.new],
    ['still', baseline?.still],
    ['resolved', baseline === undefined ? undefined : baseline.resolved.length + baseline.resolvedNotListed],
    ['seconds', (durations.totalMs / 1000).toFixed(1)],
    ['message', verdictLine(report)],
  ];
}
