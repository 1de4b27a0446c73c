import type { Report } from '../generated/report.js';
import { acceptsNotListed } from './accept-findings.js';
import { OverCap } from './over-cap.js';
import { nameOf, placesOf, worstOfRest } from './worst-of-rest.js';

/** Tells which class decides the exit status, where findings were accepted or compared with a baseline. */
export function setAttention(report: Report, baseline: Report | undefined): Report {
  if (report.acceptance === undefined && report.baseline === undefined) return report;
  const isAccepted = acceptsNotListed(report);
  const placesBefore = baseline === undefined ? [] : [...placesOf(baseline)];
  const before = new Map(placesBefore.map((place) => [nameOf(place), place]));
  const attention = worstOfRest(report, (of, place) => {
    if ('facts' in of) return of.accepted !== undefined || (of.since !== undefined && of.since !== report.startedAt);
    return (
      isAccepted(of.code, place) ||
      new OverCap(place).knownOf(of.code, new OverCap(before.get(nameOf(place)))) >= of.count
    );
  });
  return { ...report, attention };
}
