import type { CountsByClass, Report } from '../../generated/report.js';
import { CLASSES, SIDES, type SideRole } from '../../model/effects.js';
import { findingTotal } from '../outcome.js';

/** `'label'=value[unit];[warn];[crit];[min];[max]`. Source: Monitoring Plugins development guidelines, performance data. */
export function performanceData(report: Report): string {
  const { counts, unaudited, durations } = report;
  return [
    ...byClass('mailboxes', counts.mailboxes),
    ...byClass('users', counts.users),
    datum('findings', findingTotal(report)),
    datum('unaudited', unaudited.length),
    ...bySide('records', counts.records),
    ...bySide('files', counts.files),
    datum('bytes_read', `${counts.bytesRead}B`),
    datum('duration', `${(durations.totalMs / 1000).toFixed(3)}s`),
  ].join(' ');
}

/** Anything above 0 warns for `admin` and is critical for `halt`: the thresholds of the state itself. */
const byClass = (label: string, counts: CountsByClass): string[] =>
  CLASSES.map((name) => datum(`${label}_${name}`, counts[name], { admin: '0;', halt: ';0' }[name as string] ?? ';'));

const bySide = (label: string, counts: Partial<Record<SideRole, number>>): string[] =>
  [...SIDES, 'single' as const].flatMap((side) => {
    const value = counts[side];
    return value === undefined ? [] : [datum(`${label}_${side}`, value)];
  });

const datum = (label: string, value: number | string, thresholds = ';'): string => `${label}=${value};${thresholds};0`;
