import type { Report } from '../generated/report.js';
import { acceptsNotListed } from './accept-findings.js';
import { worstOfRest } from './worst-of-rest.js';

/** Tells which class decides the exit status, where findings were accepted or compared with a baseline. */
export function setAttention(report: Report, baseline: Report | undefined): Report {
  if (report.acceptance === undefined && report.baseline === undefined) return report;
  const isAccepted = acceptsNotListed(report);
  const before = new Map(baseline?.mailboxes.map(({ mboxname, notListed }) => [mboxname, notListed]));
  const usersBefore = new Map(baseline?.users.map(({ userid, notListed }) => [userid, notListed]));
  const attention = worstOfRest(report, (of, place) => {
    if ('facts' in of) return of.accepted !== undefined || (of.since !== undefined && of.since !== report.startedAt);
    const known = place.mboxname === undefined ? usersBefore.get(place.userid ?? '') : before.get(place.mboxname);
    return isAccepted(of.code, place) || (known?.[of.code] ?? 0) >= of.count;
  });
  return { ...report, attention };
}
