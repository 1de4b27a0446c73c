import type { Report, ReportMailbox, ReportSide, ReportUser } from '../generated/report.js';
import { worse, type ReportedFinding, type SideRole, type VerdictClass } from '../model/effects.js';
import type { Side } from '../sources/spool/open-side.js';
import type { SideEngine } from './engine-of-side.js';
import { addCodeCounts, type CodeCounts, type MailboxResult, type UserResult } from './collect-findings.js';
import type { Level, Subset } from './context.js';
import type { FindingCaps } from './listed-findings.js';
import { hierarchySeparator } from './hierarchy-separator.js';
import type { Found, SideCounts } from './unit-result.js';

/** `generation` and `engine` are those of the mailbox list; without them it could not be read. */
interface SideFrame {
  readonly side: Side;
  readonly generation?: 1 | 2 | 3;
  readonly engine?: SideEngine;
}

export interface ReportFrame {
  readonly command: 'compare' | 'check';
  readonly level: Level;
  readonly version: string;
  readonly findingCap: number;
  /** Where less than that is listed. */
  readonly loweredCaps?: Partial<FindingCaps>;
  readonly maxLost: number;
  readonly subset?: Subset;
  readonly hashSince?: Date;
  /** Present when what differs was looked at again. */
  readonly recheck?: { readonly looks: number; readonly delaySeconds: number; readonly settled: CodeCounts };
  /** The globs that narrowed the audit. */
  readonly selection: {
    readonly users: readonly string[];
    readonly mailboxes: readonly string[];
    readonly partitions: readonly string[];
  };
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly sides: readonly SideFrame[];
}

/** Puts everything in its fixed order, so that the same input gives the same bytes. */
export function assembleReport(frame: ReportFrame, totals: Found): Report {
  const mailboxes = [...totals.mailboxes]
    .sort((a, b) => compareText(a.mboxname, b.mboxname) || compareText(a.uniqueid ?? '', b.uniqueid ?? ''))
    .map(toReportMailbox);
  const users = [...totals.users].sort((a, b) => compareText(a.userid, b.userid)).map(toReportUser);
  const findings = eachOnce(totals.findings).sort(compareFindings);
  const unaudited = eachOnce(totals.unaudited).sort(
    (a, b) =>
      compareText(a.mboxname ?? '', b.mboxname ?? '') ||
      compareText(a.what, b.what) ||
      compareText(a.side ?? '', b.side ?? '') ||
      compareText(a.reason, b.reason),
  );
  let verdict: VerdictClass = 'clean';
  for (const item of [...mailboxes, ...users, ...findings]) verdict = worse<VerdictClass>(verdict, item.class);

  const byCode: CodeCounts = {};
  for (const { counts } of [...totals.mailboxes, ...totals.users]) addCodeCounts(byCode, counts);
  for (const { code } of findings) addCodeCounts(byCode, { [code]: 1 });

  const roles = Object.keys(totals.sides) as SideRole[];
  const perSide = (value: (counts: SideCounts) => number): Partial<Record<SideRole, number>> =>
    Object.fromEntries(roles.map((role) => [role, value(totals.sides[role]!)]));
  return {
    schemaVersion: 1,
    tool: { name: 'cyraudit', version: frame.version },
    command: frame.command,
    level: frame.level,
    ...selectionOf(frame),
    startedAt: frame.startedAt.toISOString(),
    finishedAt: frame.finishedAt.toISOString(),
    durations: { totalMs: frame.finishedAt.getTime() - frame.startedAt.getTime() },
    verdict,
    complete: unaudited.length === 0,
    sides: frame.sides.map((of) => toReportSide(of, totals.sides[of.side.role])),
    counts: {
      mailboxes: { ...countClasses(mailboxes), clean: totals.cleanMailboxes },
      users: { ...countClasses(users), clean: totals.cleanUsers },
      findings: sorted(byCode),
      records: perSide(({ records }) => records),
      files: perSide(({ files }) => files),
      bytesRead: String(totals.bytesRead),
      ...(frame.level === 'index' ? {} : { atRisk: totals.atRisk }),
    },
    findingCap: frame.findingCap,
    ...(frame.loweredCaps === undefined ? {} : { loweredCaps: frame.loweredCaps }),
    maxLost: frame.maxLost,
    ...(frame.subset === undefined
      ? {}
      : { subset: { ...frame.subset, notHashed: perSide(({ notHashed }) => notHashed) } }),
    ...(frame.hashSince === undefined
      ? {}
      : {
          hashedSince: { time: frame.hashSince.toISOString(), notHashed: perSide(({ notHashed }) => notHashed) },
        }),
    ...(frame.recheck === undefined ? {} : { recheck: { ...frame.recheck, settled: sorted(frame.recheck.settled) } }),
    findings,
    mailboxes,
    users,
    ...(totals.soundUsers.length === 0 ? {} : { cleanUsers: [...totals.soundUsers].sort(compareText) }),
    unaudited,
  };
}

/** One thing may be met by several threads. */
function eachOnce<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

/** Only what narrows; nothing when everything was audited. */
function selectionOf({ selection }: ReportFrame): Pick<Report, 'selection'> {
  const used = Object.entries(selection).filter(([, globs]) => globs.length > 0);
  return used.length === 0 ? {} : { selection: Object.fromEntries(used) };
}

function sorted(counts: CodeCounts): CodeCounts {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => compareText(a, b)));
}

/** By code units, the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareFindings(a: ReportedFinding, b: ReportedFinding): number {
  return (
    (a.uid ?? -1) - (b.uid ?? -1) ||
    compareText(a.code, b.code) ||
    compareText(a.side ?? '', b.side ?? '') ||
    compareText(JSON.stringify(a.facts), JSON.stringify(b.facts))
  );
}

function countClasses(items: readonly { readonly class: VerdictClass }[]): Record<VerdictClass, number> {
  const counts = { clean: 0, safe: 0, admin: 0, halt: 0 };
  for (const item of items) counts[item.class]++;
  return counts;
}

/** What is over the cap, by code; undefined when everything is listed. */
function notListed(findings: readonly ReportedFinding[], counts: CodeCounts): CodeCounts | undefined {
  const rest: CodeCounts = {};
  for (const [code, n] of Object.entries(counts).sort(([a], [b]) => compareText(a, b))) {
    const listed = findings.filter((finding) => finding.code === code).length;
    if (listed < n) rest[code] = n - listed;
  }
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function toReportMailbox({ mboxname, uniqueid, userid, class: worst, findings, counts }: MailboxResult): ReportMailbox {
  const rest = notListed(findings, counts);
  return {
    mboxname,
    uniqueid: uniqueid ?? null,
    ...(userid === undefined ? {} : { userid }),
    class: worst,
    findings: [...findings].sort(compareFindings),
    ...(rest === undefined ? {} : { notListed: rest }),
  };
}

function toReportUser({ userid, class: worst, findings, counts }: UserResult): ReportUser {
  const rest = notListed(findings, counts);
  return {
    userid,
    class: worst,
    findings: [...findings].sort(compareFindings),
    ...(rest === undefined ? {} : { notListed: rest }),
  };
}

/** What the rows of a mailbox list tell of the release that writes it. Source: mboxlist.md section 1. */
const ENGINE_OF_GENERATION = { 1: '2.2 to 2.4', 2: '2.5 to 3.5', 3: '3.6 or later' } as const;

function toReportSide({ side, generation, engine }: SideFrame, counts: SideCounts | undefined): ReportSide {
  const partitions = side.layout.partitions
    .map(({ name }) => ({ name, mailboxes: counts?.partitions[name]?.listed ?? 0 }))
    .sort((a, b) => compareText(a.name, b.name));
  const separator = hierarchySeparator(side.conf, engine);
  return {
    role: side.role,
    source: side.spec.source,
    config: side.confFile,
    ...(side.spec.root === undefined ? {} : { root: side.spec.root }),
    ...(separator === undefined ? {} : { hierarchySeparator: separator }),
    mailboxes: counts?.mailboxes ?? 0,
    tombstones: counts?.tombstones ?? 0,
    deletedMailboxes: counts?.deletedMailboxes ?? 0,
    partitions,
    records: counts?.records ?? 0,
    files: counts?.files ?? 0,
    indexVersions: Object.fromEntries(
      Object.entries(counts?.indexVersions ?? {}).sort(([a], [b]) => Number(a) - Number(b)),
    ),
    engine: generation === undefined ? 'unknown' : ENGINE_OF_GENERATION[generation],
    ...(engine === undefined ? {} : { replicatesAs: { version: engine.version, from: engine.from } }),
    listFormat: side.list.db?.format ?? 'unknown',
  };
}
