import type { CaseFile, ReducedMailbox, ReducedRecord, ReducedSide } from '../../fixtures/make/case-file.js';
import { auditUnit, newUnitResult } from '../../src/audit/audit-unit.js';
import { openContext, type AuditContext, type AuditPlan, type OpenedSide } from '../../src/audit/context.js';
import { enumerateUnits } from '../../src/audit/enumerate-units.js';
import { readMailbox, type ReadMailbox } from '../../src/audit/read-mailbox.js';
import { decodeRecords } from '../../src/compare/decode-records.js';
import { joinRecords } from '../../src/compare/join-records.js';
import { parseName } from '../../src/formats/mboxlist/names.js';
import type { Mbentry } from '../../src/model/mailbox.js';
import { applyPrediction, untouched, type PredictedRecord } from '../../src/replication/apply-prediction.js';
import { predictMailbox, type SyncStage } from '../../src/replication/predict-mailbox.js';
import { isLive, type Unit } from '../../src/sources/spool/mailbox-list.js';
import { openSide } from '../../src/sources/spool/open-side.js';
import type { UnpackedPair } from './fixture.js';

/** What is expected of one mailbox on one side after the run; `gone` when it is deleted there. */
export interface ExpectedMailbox {
  readonly mboxname: string;
  readonly uniqueid: string;
  readonly side: 'master' | 'replica';
  readonly records: readonly PredictedRecord[] | 'gone' | 'untold';
  /** How it came about, for the failure message. */
  readonly by: SyncStage | 'out of scope' | 'blocked' | 'created' | 'alone' | 'damaged';
}

export interface PairExpectation {
  readonly mailboxes: readonly ExpectedMailbox[];
  /** True when a mailbox that the command covers stops the replication of its user. */
  readonly blocked: boolean;
}

/** True when the recorded command covers this unit. */
export function isCovered(command: string, unit: Unit, logged: ReadonlySet<string>): boolean {
  if (/ -A\b/.test(command)) return true;
  const user = / -u (\S+)/.exec(command)?.[1];
  if (user !== undefined) return unit.kind === 'user' && unit.userid === user;
  return logged.has(unit.kind === 'user' ? unit.userid : unit.mboxname);
}

/** undefined when a list cannot be opened: then nothing can be said of any mailbox. */
export function openPair(pair: UnpackedPair): AuditContext | undefined {
  const plan: AuditPlan = {
    sides: [
      { role: 'master', source: pair.master },
      { role: 'replica', source: pair.replica },
    ],
    level: 'content',
    findingCap: 1000,
    maxLost: 0,
    users: [],
    mailboxes: [],
    partitions: [],
  };
  for (const spec of plan.sides) {
    const side = openSide(spec);
    const faults = side.list.db?.verify();
    side.close();
    if (faults === undefined || faults.length > 0) return undefined;
  }
  return openContext(plan);
}

/** Predicts every mailbox of the pair on both sides, as it is after the recorded command. */
export function expectPair(ctx: AuditContext, command: string): PairExpectation {
  const master = ctx.sides.get('master')!;
  const replica = ctx.sides.get('replica')!;
  const linesFor = (mboxname: string): boolean => ctx.logs.some((log) => log.mailboxes.has(mboxname));
  const logged = new Set(
    ctx.logs.flatMap((log) =>
      [...log.mailboxes, ...log.unuser].flatMap((name) => [name, ownerOf(master, name) ?? name]),
    ),
  );
  const rolling = / -[rR]\b/.test(command);
  const units = [...enumerateUnits([master.list, replica.list])].map(({ unit }) => {
    const result = newUnitResult(ctx);
    auditUnit(ctx, unit, result);
    return { unit, result };
  });
  /** Mailboxes go in one batch, whoever owns them: the first that fails stops the others. */
  const linesFail = units.some(({ result }) =>
    result.mailboxes.some(
      ({ mboxname, findings }) =>
        linesFor(mboxname) &&
        findings.some((f) => f.effects?.includes('blocked') === true && f.code !== 'blocked-by-mailbox'),
    ),
  );
  /** The log's own line for a mailbox comes before its user and asks for nothing but that mailbox. */
  const byLine = (entry: Mbentry): boolean => rolling && !linesFail && linesFor(entry.mboxname);
  const mailboxes: ExpectedMailbox[] = [];
  let blocked = false;
  for (const { unit, result } of units) {
    const covered = isCovered(command, unit, logged);
    const effects = new Map(
      result.mailboxes.map(({ uniqueid, findings }) => [uniqueid, new Set(findings.flatMap((f) => f.effects ?? []))]),
    );
    /** Nothing is wrong with these themselves. */
    const waiting = new Set(
      result.mailboxes
        .filter(({ findings }) =>
          findings.filter((f) => f.effects?.includes('blocked')).every((f) => f.code === 'blocked-by-mailbox'),
        )
        .map(({ uniqueid }) => uniqueid),
    );
    const has = (entry: Mbentry, effect: 'blocked' | 'delete-on-replica' | 'overwrite-on-replica'): boolean =>
      effects.get(entry.uniqueid)?.has(effect) ?? false;
    const masterEntries = master.list.entriesOf(unit).filter(isLive);
    const inbox = unit.kind === 'shared' || masterEntries.some(({ mboxname }) => mboxname === unit.inbox);
    const waits = (entry: Mbentry): boolean => has(entry, 'blocked') && !(waiting.has(entry.uniqueid) && byLine(entry));
    const isSynced = (entry: Mbentry): boolean => covered && (inbox || byLine(entry)) && !waits(entry);
    blocked ||= covered && inbox && masterEntries.some((entry) => has(entry, 'blocked'));
    for (const entry of masterEntries) {
      const partner = replica.list.liveByUniqueid(entry.uniqueid!, entry.mboxname);
      mailboxes.push(
        ...predictOne(ctx, entry, partner, {
          covered,
          synced: isSynced(entry),
          // Under its old name it was another user's, who is taken to have deleted it.
          deleted: covered && has(entry, 'delete-on-replica'),
        }),
      );
    }
    for (const entry of replica.list.entriesOf(unit).filter(isLive)) {
      if (master.list.liveByUniqueid(entry.uniqueid!, entry.mboxname) !== undefined) continue;
      // A user without an INBOX is passed over, except by the log's own lines.
      const deleted = (inbox || rolling) && has(entry, 'delete-on-replica');
      const removed = rolling && !inbox && ctx.logs.some((log) => log.unuser.has(unit.userid));
      const sameName = masterEntries.find(({ mboxname }) => mboxname === entry.mboxname);
      const replaced = sameName !== undefined && has(sameName, 'overwrite-on-replica');
      const gone = covered && (deleted || removed || replaced);
      mailboxes.push(expected(entry, 'replica', gone ? 'gone' : recordsOf(replica, entry), 'alone'));
    }
  }
  return { mailboxes, blocked };
}

function predictOne(
  { sides, engine: { traits } }: AuditContext,
  entry: Mbentry,
  partner: Mbentry | undefined,
  { covered, synced, deleted }: { readonly covered: boolean; readonly synced: boolean; readonly deleted: boolean },
): ExpectedMailbox[] {
  const master = sides.get('master')!;
  const replica = sides.get('replica')!;
  const m = readMailbox(master.side, entry, ownerOf(master, entry.mboxname));
  const r = partner === undefined ? undefined : readMailbox(replica.side, partner, ownerOf(replica, partner.mboxname));
  try {
    const both = (
      onMaster: PredictedRecord[] | 'untold',
      onReplica: PredictedRecord[] | 'gone' | 'untold',
      by: ExpectedMailbox['by'],
    ) => [expected(entry, 'master', onMaster, by), expected(partner ?? entry, 'replica', onReplica, by)];
    if (!synced) {
      const onReplica = r === undefined || deleted ? 'gone' : untouchedOf(r);
      return both(untouchedOf(m), onReplica, covered ? 'blocked' : 'out of scope');
    }
    if (r === undefined) return both(untouchedOf(m), untouchedOf(m), 'created');
    if (m.stream === undefined || r.stream === undefined) return both(untouchedOf(m), untouchedOf(r), 'damaged');
    const { stream: a } = m;
    const { stream: b } = r;
    const prediction = predictMailbox(
      m.head!,
      r.head!,
      () => joinRecords(a, b, { lowerBound: 0, equal: 0, differing: 0 }),
      traits,
    );
    const after = applyPrediction(prediction, { master: decodeRecords(a), replica: decodeRecords(b) });
    return both([...after.master], [...after.replica], prediction.stage);
  } finally {
    m.close();
    r?.close();
  }
}

const expected = (
  entry: Mbentry,
  side: 'master' | 'replica',
  records: ExpectedMailbox['records'],
  by: ExpectedMailbox['by'],
): ExpectedMailbox => ({ mboxname: entry.mboxname, uniqueid: entry.uniqueid!, side, records, by });

function recordsOf(opened: OpenedSide, entry: Mbentry): PredictedRecord[] | 'untold' {
  const mailbox = readMailbox(opened.side, entry, ownerOf(opened, entry.mboxname));
  try {
    return untouchedOf(mailbox);
  } finally {
    mailbox.close();
  }
}

/** A mailbox that we cannot read leaves nothing to compare. */
const untouchedOf = (mailbox: ReadMailbox): PredictedRecord[] | 'untold' =>
  mailbox.stream === undefined ? 'untold' : decodeRecords(mailbox.stream).map(untouched);

function ownerOf({ side }: OpenedSide, mboxname: string): string | undefined {
  const { deletedPrefix, defaultdomain } = side.layout;
  return parseName(mboxname, { deletedPrefix, defaultdomain }).owner;
}

/** The recorded mailbox of this uniqueid, whatever its name is now. */
export function recordedMailbox(side: ReducedSide, uniqueid: string): ReducedMailbox | undefined {
  return Object.values(side.mailboxes).find((mailbox) => mailbox.uniqueid === uniqueid);
}

/** What the recorder noted among the flags: a bad CRC, stray system bits, user flags without a name. */
const NOT_A_FLAG = /^(record-crc-bad|sys:0x[0-9a-f]+|u\d+)$/i;

/** A recorded record in the form of a predicted one. */
export const fromRecorded = ([uid, guid, expunged, flags]: ReducedRecord): PredictedRecord => ({
  uid,
  guid,
  expunged: expunged === 1,
  flags: flags
    .filter((flag) => !NOT_A_FLAG.test(flag))
    .map((flag) => (flag.startsWith('\\') ? flag : flag.toLowerCase()))
    .sort(),
});

/** One line per record, so that a difference can be read. */
export const toLines = (records: readonly PredictedRecord[]): string[] =>
  records.map(({ uid, guid, expunged, flags }) => `${String(uid)} ${guid}${expunged ? ' X' : ''} (${flags.join(' ')})`);

/** The run whose result was recorded. */
export const decisiveRun = (recorded: CaseFile): CaseFile['runs'][number] =>
  recorded.runs.find(({ command }) => command === recorded.command)!;
