import type { HeldFile, HeldItem } from '../generated/held.js';
import type { Report, ReportFinding } from '../generated/report.js';
import { unauditedUser } from '../model/unaudited-user.js';
import { adminName } from '../report/admin-name.js';

/** A user or a shared mailbox that the master has. */
export type MasterUnit =
  { readonly kind: 'user'; readonly userid: string } | { readonly kind: 'shared'; readonly mboxname: string };

/** What one user or shared mailbox is held for. */
export interface Held {
  readonly unit: MasterUnit;
  /** Findings that need a person, with the mailbox where there is one. */
  readonly findings: readonly { readonly mboxname?: string; readonly finding: ReportFinding }[];
  /** What was not audited, or why it can be in no list. */
  readonly reasons: readonly string[];
}

export interface Plan {
  /** Nobody may be replicated, and why. */
  readonly stop?: readonly string[];
  /** Userids for `sync_client -u -f`. */
  readonly users: readonly string[];
  /** Names for `sync_client -m -f`. */
  readonly mailboxes: readonly string[];
  /** By unit; those that are not on the master come last. */
  readonly held: readonly Held[];
  /** On the master now and not looked at by the audit: made since, or left out by --user. */
  readonly unknown: number;
}

/** sync_client reads lines of its list into a buffer of so many bytes. Source: main, imap/sync_client.c 3.6.1. */
const MAX_LINE = 510;

const keyOf = (unit: MasterUnit): string => (unit.kind === 'user' ? `user ${unit.userid}` : `shared ${unit.mboxname}`);

/**
 * Divides the users and shared mailboxes of a master into those that may be replicated now and those that are held. A
 * user is held as a whole: sync_client -u takes all of his mailboxes. What somebody accepted is held as well: that nobody
 * wants to hear of it does not change what replication would do.
 * @param units of the master, as its list has them now
 * @param unitOf the owner of a mailbox by its internal name
 */
export function makePlan(report: Report, units: Iterable<MasterUnit>, unitOf: (mboxname: string) => MasterUnit): Plan {
  const held = new Map<string, { unit: MasterUnit; findings: Held['findings'][number][]; reasons: string[] }>();
  const hold = (unit: MasterUnit): { findings: Held['findings'][number][]; reasons: string[] } => {
    let one = held.get(keyOf(unit));
    if (one === undefined) held.set(keyOf(unit), (one = { unit, findings: [], reasons: [] }));
    return one;
  };
  const stop = stopsAll(report);
  const known = new Set<string>((report.cleanUsers ?? []).map((userid) => keyOf({ kind: 'user', userid })));
  for (const { mboxname, userid, class: worst, findings } of report.mailboxes) {
    const unit: MasterUnit = userid === undefined ? { kind: 'shared', mboxname } : { kind: 'user', userid };
    known.add(keyOf(unit));
    if (worst !== 'safe') hold(unit);
    for (const finding of findings) {
      if (finding.class !== 'safe') hold(unit).findings.push({ mboxname, finding });
      else if (needsLog(finding, unitOf))
        hold(unit).reasons.push(`${mboxname}: only the pending log carries its new name: let sync_client -r replay it`);
    }
  }
  for (const { userid, findings } of report.users) {
    const unit: MasterUnit = { kind: 'user', userid };
    known.add(keyOf(unit));
    for (const finding of findings) if (finding.class !== 'safe') hold(unit).findings.push({ finding });
  }
  for (const part of report.unaudited) {
    const { mboxname, reason } = part;
    const userid = unauditedUser(part);
    if (mboxname !== undefined) hold(unitOf(mboxname)).reasons.push(`${mboxname}: not audited: ${reason}`);
    else if (userid !== undefined) hold({ kind: 'user', userid }).reasons.push(`not audited: ${reason}`);
  }

  const users: string[] = [];
  const mailboxes: string[] = [];
  const listed = new Set<string>();
  let unknown = 0;
  const separator = report.sides[0]?.hierarchySeparator;
  for (const unit of units) {
    const key = keyOf(unit);
    // Of shared mailboxes only those with a finding are named; the others were looked at, unless only users were.
    const isNamed = unit.kind === 'user' || report.selection?.users !== undefined;
    if (isNamed && !known.has(key) && !held.has(key)) {
      unknown++;
      continue;
    }
    const line = unit.kind === 'user' ? unit.userid : separator && adminName(unit.mboxname, separator);
    if (line === undefined || !isLine(line)) hold(unit).reasons.push('its name can stand in no list of sync_client');
    if (held.has(key)) listed.add(key);
    else if (stop.length === 0 && line !== undefined) (unit.kind === 'user' ? users : mailboxes).push(line);
  }
  const order = (of: string): string => `${listed.has(of) ? '0' : '1'} ${of}`;
  return {
    ...(stop.length === 0 ? {} : { stop }),
    users,
    mailboxes,
    held: [...held].sort(([a], [b]) => (order(a) < order(b) ? -1 : 1)).map(([, one]) => one),
    unknown,
  };
}

/** A mailbox that moved from one owner to another, or has none, is renamed by a line of the log and by nothing else. */
function needsLog({ facts, effects = [] }: ReportFinding, unitOf: (mboxname: string) => MasterUnit): boolean {
  const { replicaName, masterName } = facts;
  if (!effects.includes('rename-on-replica') || typeof replicaName !== 'string' || typeof masterName !== 'string')
    return false;
  const unit = unitOf(masterName);
  return unit.kind === 'shared' || keyOf(unit) !== keyOf(unitOf(replicaName));
}

/** Why nobody may be replicated; empty when some may. */
function stopsAll({ verdict, findings, unaudited }: Report): string[] {
  const reasons = unaudited
    .filter((part) => part.mboxname === undefined && unauditedUser(part) === undefined)
    .map(({ what, side = 'pair', reason }) => `not audited: ${what} of the ${side}: ${reason}`);
  for (const { code, class: of, effects = [] } of findings)
    if (of === 'halt' || (of === 'admin' && effects.includes('blocked'))) reasons.push(code);
  if (verdict === 'halt' && reasons.length === 0) reasons.push('the verdict is halt');
  return [...new Set(reasons)];
}

/** Lines that begin with # are comments. */
const isLine = (name: string): boolean =>
  name !== '' && !name.startsWith('#') && !/[\r\n\0]/.test(name) && Buffer.byteLength(name) <= MAX_LINE;

/** Runs of which a held unit keeps what was found. */
const MAX_HISTORY = 100;

/** What is held, with the time since when, and what each run found until it is clean. */
export function heldFile(plan: Plan, at: string, before: HeldFile | undefined): HeldFile {
  const old = new Map(before?.held.map((item) => [`${item.userid ?? ''} ${item.mboxname ?? ''}`, item]));
  return {
    schemaVersion: 1,
    updatedAt: at,
    held: plan.held.map(({ unit, findings, reasons }): HeldItem => {
      const name = unit.kind === 'user' ? { userid: unit.userid } : { mboxname: unit.mboxname };
      const known = old.get(`${name.userid ?? ''} ${name.mboxname ?? ''}`);
      const codes = [...new Set(findings.map(({ finding }) => finding.code))].sort();
      const run = { at, codes, ...(reasons.length === 0 ? {} : { reasons: [...reasons].sort() }) };
      const earlier = (known?.history ?? []).filter((one) => one.at !== at);
      return { ...name, since: known?.since ?? at, history: [...earlier, run].slice(-MAX_HISTORY) };
    }),
  };
}
