import type { Invocation, Location, Log, Notification, Result, Suppression } from 'sarif';
import type { Accepted, Report } from '../../generated/report.js';
import { exitStatus } from '../exit-status.js';
import { findingMessage } from '../finding-message.js';
import { placedFindings, placeWords, type PlacedFinding } from '../finding-place.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { grouped } from '../numbers.js';
import { ordered, safeJson } from '../ordered-json.js';
import { printable } from '../printable.js';
import type { RenderOptions, ReportFormat } from '../report-format.js';
import { unauditedPlace } from '../run-words.js';
import { verdictLine } from '../verdict-line.js';
import { fileLocation } from './file-location.js';
import { fingerprint } from './fingerprint.js';
import { LogicalLocations } from './logical-locations.js';
import { SEVERITY, sarifRules } from './rules.js';
import { sarifMessage } from './sarif-message.js';

const NOTIFICATIONS = [
  { id: 'unaudited', shortDescription: { text: 'A part that could not be audited' } },
  { id: 'not-listed', shortDescription: { text: 'Findings that the report counts and does not list' } },
];

/** The report for code scanning: a result for each finding, and a notification for each part that was not audited. */
export function sarifLog(report: Report, { catalogue }: Pick<RenderOptions, 'catalogue'>): Log {
  const rules = sarifRules(catalogue);
  const ruleIndex = new Map(rules.map(({ id }, index) => [id, index]));
  const places = new LogicalLocations();
  const seen = new Map<string, number>();

  const result = (placed: PlacedFinding): Result => {
    const { code, class: findingClass, side, effects, facts, accepted, since } = placed.finding;
    const index = ruleIndex.get(code);
    const where = placeWords(placed);
    const message = findingMessage(placed.finding, catalogue.get(code));
    const place = fingerprint(placed);
    const nth = (seen.get(place) ?? 0) + 1;
    seen.set(place, nth);
    const location = locationOf(placed, places);
    return {
      ruleId: code,
      ...(index === undefined ? {} : { ruleIndex: index }),
      ...SEVERITY[findingClass],
      message: sarifMessage(where === '' ? message : `${where}: ${message}`),
      ...(location === undefined ? {} : { locations: [location] }),
      ...(accepted === undefined ? {} : { suppressions: [suppression(accepted)] }),
      ...(since === undefined ? {} : { baselineState: since === report.startedAt ? 'new' : 'unchanged' }),
      partialFingerprints: { 'codeAndPlace/v1': nth === 1 ? place : `${place}:${nth}` },
      properties: ordered({ class: findingClass, side, effects, facts }),
    };
  };

  const results = placedFindings(report).map(result);
  const invocations = [invocation(report, places)];
  const { verdict, complete, command, level, counts } = report;
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'cyraudit', version: report.tool.version, rules, notifications: NOTIFICATIONS } },
        invocations,
        results,
        logicalLocations: places.all,
        properties: ordered({ verdict, complete, command, level, counts }),
      },
    ],
  };
}

/** Viewers and gates pass over a result with one. Source: SARIF 2.1.0 section 3.35. */
function suppression({ reason, expires }: Accepted): Suppression {
  return { kind: 'external', status: 'accepted', justification: printable(`${reason} (until ${expires})`) };
}

function locationOf({ finding: { uid, facts }, place }: PlacedFinding, places: LogicalLocations): Location | undefined {
  const physicalLocation = fileLocation(facts);
  const logicalLocations = [];
  if (place !== undefined && 'mboxname' in place) {
    const mailbox = places.ofMailbox(place.mboxname, place.userid);
    logicalLocations.push(uid === undefined ? mailbox : places.ofMessage(place.mboxname, uid, mailbox));
  } else if (place !== undefined) logicalLocations.push(places.ofUser(place.userid));
  if (physicalLocation === undefined && logicalLocations.length === 0) return undefined;
  return {
    ...(physicalLocation === undefined ? {} : { physicalLocation }),
    ...(logicalLocations.length === 0 ? {} : { logicalLocations }),
  };
}

function invocation(report: Report, places: LogicalLocations): Invocation {
  return {
    executionSuccessful: report.complete,
    exitCode: exitStatus(report, 'admin'),
    exitCodeDescription: `${verdictLine(report)} (Exit status without --fail-on.)`,
    startTimeUtc: report.startedAt,
    endTimeUtc: report.finishedAt,
    toolExecutionNotifications: [...unauditedParts(report, places), ...unlisted(report, places)],
  };
}

function unauditedParts({ unaudited }: Report, places: LogicalLocations): Notification[] {
  return unaudited.map((part) => ({
    level: 'error',
    descriptor: { id: 'unaudited', index: 0 },
    message: sarifMessage(printable(`${unauditedPlace(part)}: ${part.reason}`)),
    ...(part.mboxname === undefined
      ? {}
      : { locations: [{ logicalLocations: [places.ofMailbox(part.mboxname, undefined)] }] }),
  }));
}

/** The cap on findings of one code in one place must not make them disappear. */
function unlisted({ mailboxes, users }: Report, places: LogicalLocations): Notification[] {
  return [...mailboxes, ...users].flatMap((place) =>
    Object.entries(ordered(place.notListed ?? {})).map(([code, count]): Notification => {
      const isMailbox = 'mboxname' in place;
      const name = printable(isMailbox ? place.mboxname : `user ${place.userid}`);
      const location = isMailbox ? places.ofMailbox(place.mboxname, place.userid) : places.ofUser(place.userid);
      return {
        level: 'warning',
        descriptor: { id: 'not-listed', index: 1 },
        associatedRule: { id: code },
        message: sarifMessage(`${name}: ${grouped(count)} more of ${code} that the report does not list`),
        locations: [{ logicalLocations: [location] }],
      };
    }),
  );
}

export const sarifFormat: ReportFormat = {
  name: 'sarif',
  description: FORMAT_DESCRIPTIONS.sarif,
  render: (report, options) => `${safeJson(sarifLog(report, options))}\n`,
};
