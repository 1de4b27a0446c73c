import type { Report, Unaudited } from '../../generated/report.js';
import type { VerdictClass } from '../../model/effects.js';
import { findingMessage } from '../finding-message.js';
import { placedFindings, worstFirst, type PlacedFinding } from '../finding-place.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { keyValues, summaryValues, type KeyValue } from '../key-values.js';
import { findingTotal, isKnown } from '../outcome.js';
import type { Catalogue, RenderOptions, ReportFormat } from '../report-format.js';

/** Priorities of syslog, which sd-daemon(3) has at the beginning of a line. */
const WARNING = 4;
const NOTICE = 5;
const INFO = 6;
const PRIORITY: Readonly<Record<VerdictClass, number>> = { halt: 2, admin: WARNING, safe: INFO, clean: INFO };

/** Lines before the verdict. journald drops what comes in a flood, and that would be the verdict. */
const MAX_LINES = 1000;

/** A line for each finding, worst first, and for what was not audited; the last one is the verdict. */
export function renderSyslog(report: Report, { catalogue }: Pick<RenderOptions, 'catalogue'>): string {
  const found = worstFirst(placedFindings(report));
  const { unaudited } = report;
  const isSafe = ({ finding }: PlacedFinding): boolean => finding.class === 'safe';
  // What was not audited decides more than what replication repairs.
  const entries = [...found.filter((one) => !isSafe(one)), ...unaudited, ...found.filter(isSafe)];
  const lines = entries
    .slice(0, MAX_LINES)
    .map((entry) => ('finding' in entry ? findingLine(entry, report, catalogue) : unauditedLine(entry)));
  const notShown = findingTotal(report) + unaudited.length - lines.length;
  const { complete, verdict, attention = verdict } = report;
  const priority = complete || attention === 'halt' ? PRIORITY[attention] : WARNING;
  lines.push(line(priority, [['event', 'verdict'], ['not-shown', notShown], ...summaryValues(report)]));
  return lines.map((text) => `${text}\n`).join('');
}

function findingLine({ finding, place }: PlacedFinding, report: Report, catalogue: Catalogue): string {
  const { code, side, uid, accepted, since } = finding;
  const isOpen = finding.class === 'safe' || !isKnown(finding, report);
  return line(isOpen ? PRIORITY[finding.class] : NOTICE, [
    ['event', 'finding'],
    ['code', code],
    ['class', finding.class],
    ['side', side],
    ...placeValues(place),
    ['uid', uid],
    ['since', since],
    ['accepted-until', accepted?.expires],
    ['message', findingMessage(finding, catalogue.get(code))],
  ]);
}

function placeValues(place: PlacedFinding['place']): KeyValue[] {
  if (place === undefined) return [];
  return [
    ['user', place.userid],
    ['mailbox', 'mboxname' in place ? place.mboxname : undefined],
  ];
}

const unauditedLine = ({ what, side, mboxname, reason }: Unaudited): string =>
  line(WARNING, [
    ['event', 'unaudited'],
    ['what', what],
    ['side', side],
    ['mailbox', mboxname],
    ['message', reason],
  ]);

const line = (priority: number, values: readonly KeyValue[]): string => `<${String(priority)}>${keyValues(values)}`;

export const syslogFormat: ReportFormat = {
  name: 'syslog',
  description: FORMAT_DESCRIPTIONS.syslog,
  render: renderSyslog,
};
