import { dirname } from 'node:path';
import { joinRecords, type JoinTotals } from '../compare/join-records.js';
import { FILE_FINDINGS, MAILBOX_FINDINGS, RECORD_FINDINGS, faultFindings } from '../findings/catalogue.js';
import type { FileSubject } from '../findings/file/file-subject.js';
import type { MailboxSideFacts, MailboxSubject } from '../findings/mailbox/mailbox-subject.js';
import { isCopiedBack, type RecordSubject } from '../findings/record/record-subject.js';
import { SIEVE_KIND } from '../formats/mboxlist/mbtype.js';
import type { SideRole } from '../model/effects.js';
import type { RecordPair } from '../model/record-pair.js';
import { predictMailbox, type MailboxPrediction, type PairOutcome } from '../replication/predict-mailbox.js';
import type { CheckedFile } from './check-files.js';
import type { FindingCollector } from './collect-findings.js';
import type { AuditPlan, ReplicationEngine } from './context.js';
import type { FileCounts } from './hash-file.js';
import { lookAtFiles, type FilesLooks } from './look-at-files.js';
import type { ReadMailbox } from './read-mailbox.js';
import type { UnauditedPart } from './unit-result.js';

/** Messages whose other copies are looked for; beyond that they count as having none. */
const MAX_GUIDS = 100_000;
/** Messages of a mailbox whose file is missing or damaged and of which copies are looked for. */
const MAX_DAMAGED = 10_000;
/** Pairs that differ and are kept, as they are asked for some eight times; of more of them each walk decodes them again. */
const MAX_KEPT = 5_000;
/** Altered message files of a side that are kept, to be read again. */
const MAX_ALTERED = 4;

/** A mailbox as the unit sees it: what is on each side, and what the lists say about it. */
export interface MailboxJob {
  readonly mboxname: string;
  readonly sides: Partial<Record<SideRole, ReadMailbox>>;
  readonly listing: Omit<
    MailboxSubject,
    | 'mode'
    | 'mboxname'
    | 'master'
    | 'replica'
    | 'single'
    | 'prediction'
    | 'differing'
    | 'lowerBound'
    | 'annotatedSent'
    | 'blockedBy'
  >;
  /** expunge_mode of the master. */
  readonly expungeIsImmediate: boolean;
  /** Of these GUIDs, those that are live in another mailbox of the user on the master; reads all of his indexes. */
  readonly findLiveElsewhere: (guids: ReadonlySet<string>) => ReadonlySet<string>;
  readonly facts: Partial<Record<SideRole, Omit<MailboxSideFacts, 'head' | 'exists'>>>;
  /** What was found in its files, if they have been looked at. */
  readonly looked?: FilesLooks | undefined;
}

/** How many are gone. */
export interface FilesGone {
  readonly all: number;
  /** Of those, the ones that belong into the archive partition. */
  readonly archived: number;
}

export interface MailboxAudit {
  readonly subject: MailboxSubject;
  readonly prediction?: MailboxPrediction;
  /** A file that replication has to read is not what its record says, or cannot be fetched: it fails here on every run. */
  readonly isStuck: boolean;
  /** Message files that are not there or have no bytes. */
  readonly filesGone: Partial<Record<SideRole, FilesGone>>;
  /** Messages of the replica that the master has lost; see `VanishedCounts`. */
  readonly vanished: number;
  /** The replica has a live message at a UID that the master gave to another one. */
  readonly isSplitBrain: boolean;
  /** Missing and damaged message files, to be told when their copies were looked for. */
  readonly damaged: readonly FileSubject[];
  /** The first message files of each side that are not what their GUID says. */
  readonly altered: Partial<Record<SideRole, readonly CheckedFile[]>>;
}

/**
 * Audits one mailbox: faults of each side, the message files, the comparison of the records with the prediction of
 * what replication would do, and the values of the mailbox itself.
 */
export function auditMailbox(
  job: MailboxJob,
  plan: Pick<AuditPlan, 'level' | 'subset' | 'hashSince'>,
  engine: ReplicationEngine,
  collector: FindingCollector,
  unaudited: UnauditedPart[],
  fileCounts: Partial<Record<SideRole, FileCounts>>,
): MailboxAudit {
  const roles = Object.keys(job.sides) as SideRole[];
  for (const side of roles) {
    const mailbox = job.sides[side]!;
    for (const fault of mailbox.faults) collector.add(faultFindings({ fault, side }));
    for (const reason of mailbox.unread) unaudited.push({ what: 'mailbox', side, mboxname: job.mboxname, reason });
  }
  const { master, replica } = job.sides;
  const totals: JoinTotals = { lowerBound: 0, equal: 0, differing: 0 };
  let prediction: MailboxPrediction | undefined;
  // A mailbox that the replica lacks is sent with everything.
  let sent: Sent = {
    annotated: replica === undefined ? (master?.stream?.annotations.byUid.size ?? 0) : 0,
    copiedBack: false,
    vanished: 0,
    splitBrain: false,
  };
  const isSame = isSameOnBothSides(job);
  if (
    !isSame &&
    master?.stream !== undefined &&
    replica?.stream !== undefined &&
    master.head !== undefined &&
    replica.head !== undefined
  ) {
    const { stream: m } = master;
    const { stream: r } = replica;
    // The first walk learns how far the common state had come; most mailboxes end here without a difference.
    let kept: RecordPair[] | undefined = [];
    for (const pair of joinRecords(m, r, totals)) {
      kept?.push(pair);
      if (totals.differing >= MAX_KEPT) kept = undefined;
    }
    const pairs = (): Iterable<RecordPair> => kept ?? joinRecords(m, r, { lowerBound: 0, equal: 0, differing: 0 });
    prediction = predictMailbox(master.head, replica.head, totals.differing === 0 ? () => [] : pairs, engine.traits);
    if (totals.differing > 0)
      sent = addRecordFindings(job, engine, prediction, pairs, totals.lowerBound, master.head.deletedmodseq, collector);
  }
  const side = (role: SideRole): MailboxSideFacts | undefined => {
    const facts = job.facts[role];
    const mailbox = job.sides[role];
    if (facts === undefined || mailbox === undefined) return undefined;
    return {
      ...facts,
      ...(mailbox.head === undefined ? {} : { head: mailbox.head }),
      exists: mailbox.totals?.exists ?? 0,
    };
  };
  const sides = Object.fromEntries(roles.flatMap((role) => (side(role) === undefined ? [] : [[role, side(role)!]])));
  const subject: MailboxSubject = {
    ...job.listing,
    ...sides,
    mode: job.sides.single === undefined ? 'pair' : 'single',
    mboxname: job.mboxname,
    ...(prediction === undefined ? {} : { prediction }),
    differing: totals.differing,
    lowerBound: totals.lowerBound,
    annotatedSent: sent.annotated,
  };
  if (!isSame) for (const finding of MAILBOX_FINDINGS) collector.add(finding.find(subject));
  const mayStore = (role: SideRole): boolean => !job.sides[role]!.faults.some(({ code }) => code === 'no-append');
  let isStuck =
    (engine.hazards.copybackFails && sent.copiedBack) ||
    roles.some((role) => !mayStore(role) && isStoredTo(role, prediction));
  const filesGone: Partial<Record<SideRole, FilesGone>> = {};
  const altered: Partial<Record<SideRole, CheckedFile[]>> = {};
  const damaged: FileSubject[] = [];
  if (plan.level !== 'index') {
    const uniqueid = (job.sides.master ?? job.sides.single ?? job.sides.replica)?.mbentry.uniqueid ?? '';
    const travelChecks = new Map(
      roles.map((role) => [role, travelCheck(role, job.sides.replica !== undefined, prediction)] as const),
    );
    const looks = job.looked ?? lookAtFiles(job.sides, uniqueid, plan, (role) => travelChecks.get(role)!);
    for (const [role, look] of looks) {
      const mustTravel = travelChecks.get(role)!;
      const archive = job.sides[role]?.dirs?.archive;
      fileCounts[role] = look.counts;
      for (const file of look.files) {
        const travels = !isExtra(file) && mustTravel(file.uid);
        isStuck ||= travels;
        if (file.problem === 'missing' || file.problem === 'empty') {
          const { all, archived } = filesGone[role] ?? { all: 0, archived: 0 };
          const isArchived = archive !== undefined && dirname(file.path) === archive;
          filesGone[role] = { all: all + 1, archived: archived + (isArchived ? 1 : 0) };
        }
        if (file.problem === 'guid' && (altered[role]?.length ?? 0) < MAX_ALTERED) (altered[role] ??= []).push(file);
        if (file.message !== undefined && damaged.length < MAX_DAMAGED) damaged.push({ ...file, travels });
        else for (const finding of FILE_FINDINGS) collector.add(finding.find({ ...file, travels }));
      }
      for (const fault of look.cacheFaults) {
        isStuck ||= fault.code === 'no-append' && isStoredTo(role, prediction);
        collector.add(faultFindings({ fault, side: role }));
      }
      const { mboxname } = job;
      for (const reason of look.unread) unaudited.push({ what: 'message files', side: role, mboxname, reason });
      for (const reason of look.unreadCaches) unaudited.push({ what: 'cyrus.cache', side: role, mboxname, reason });
    }
  }
  return {
    subject,
    isStuck,
    filesGone,
    altered,
    damaged,
    vanished: sent.vanished,
    isSplitBrain: sent.splitBrain,
    ...(prediction === undefined ? {} : { prediction }),
  };
}

/**
 * True when nothing about the mailbox can be found by looking closer: sound on both sides, the same bytes, the same
 * entry. Most mailboxes of a pair are like that.
 */
function isSameOnBothSides({ sides, facts, listing }: MailboxJob): boolean {
  const { master: m, replica: r } = sides;
  const { master: mf, replica: rf } = facts;
  if (m?.head === undefined || r?.head === undefined || mf === undefined || rf === undefined) return false;
  const isSound =
    m.faults.length + r.faults.length + m.unread.length + r.unread.length === 0 &&
    [mf, rf].every(
      (f) => f.missing.length === 0 && f.headerDisagrees.length === 0 && !f.uniqueidRowLost && hasNoOtherCopies(f),
    );
  if (!isSound || listing.tombstoneOnMaster || listing.userAbsentOnMaster) return false;
  const sameEntry =
    m.mbentry.mboxname === r.mbentry.mboxname &&
    m.mbentry.partition === r.mbentry.partition &&
    m.head.mbtypeKind === r.head.mbtypeKind &&
    m.head.foldermodseq === r.head.foldermodseq &&
    m.head.acl === r.head.acl &&
    m.head.annotations.size + r.head.annotations.size === 0;
  const isPlain = (mailbox: ReadMailbox): boolean => mailbox.stream?.annotations.byUid.size === 0;
  return sameEntry && isPlain(m) && isPlain(r) && sameFlagNames(m, r) && sameIndexBytes(m, r);
}

/** A file that no record points to. */
const isExtra = ({ problem }: CheckedFile): boolean =>
  problem === 'unclaimed' || problem === 'twice' || problem === 'leftover' || problem === 'odd';

const hasNoOtherCopies = ({
  staleCopies,
  rowsDiffer,
  missingAclRows,
  quotaroot,
}: Omit<MailboxSideFacts, 'head' | 'exists'>): boolean =>
  quotaroot === undefined && staleCopies.length + rowsDiffer.length + missingAclRows.length === 0;

function sameFlagNames(a: ReadMailbox, b: ReadMailbox): boolean {
  const names = a.stream?.userFlags ?? [];
  const others = b.stream?.userFlags ?? [];
  return names.length === others.length && names.every((name, flag) => name === others[flag]);
}

function sameIndexBytes(a: ReadMailbox, b: ReadMailbox): boolean {
  const bytes = b.index?.bytes;
  return bytes !== undefined && a.index?.bytes?.equals(bytes) === true;
}

/**
 * Tells for the message files of one side whether replication has to read them. Ask in ascending order of UID: the
 * prediction is walked along. Source: sync_prepare_dlists, fetch_file, imap/sync_support.c 3.6.1.
 */
function travelCheck(
  role: SideRole,
  onReplica: boolean,
  prediction: MailboxPrediction | undefined,
): (uid: number) => boolean {
  if (role === 'single') return () => false;
  // A mailbox that the replica lacks is created there with every file, those of expunged messages included.
  if (!onReplica) return () => true;
  if (prediction === undefined) return () => false;
  const outcomes = prediction.outcomes();
  // Nothing is walked before it is first asked.
  let at: ReturnType<typeof outcomes.next> | undefined;
  return (uid) => {
    at ??= outcomes.next();
    while (at.done !== true && at.value.pair.uid < uid) at = outcomes.next();
    if (at.done === true || at.value.pair.uid !== uid) return false;
    return isSentFrom(role, at.value);
  };
}

function isSentFrom(role: SideRole, { action, masterNewUid = 0, replicaNewUid = 0 }: PairOutcome): boolean {
  return role === 'master'
    ? action === 'append-on-replica' || action === 'append-expunged' || masterNewUid > 0
    : action === 'append-on-master' || replicaNewUid > 0;
}

/** True when replication stores messages of the other side on this one. */
function isStoredTo(role: SideRole, prediction: MailboxPrediction | undefined): boolean {
  if (role === 'single' || prediction === undefined) return false;
  const other = role === 'master' ? 'replica' : 'master';
  for (const outcome of prediction.outcomes()) if (isSentFrom(other, outcome)) return true;
  return false;
}

/** What replication of the records amounts to. */
interface Sent {
  /** Annotated messages that are sent. */
  annotated: number;
  copiedBack: boolean;
  /** Messages of the replica that the master has lost without a proof that they were expunged. */
  vanished: number;
  /** Two different messages have one UID, and that of the replica is live. */
  splitBrain: boolean;
}

function addRecordFindings(
  job: MailboxJob,
  { hazards }: ReplicationEngine,
  prediction: MailboxPrediction,
  pairs: () => Iterable<RecordPair>,
  lowerBound: number,
  masterDeletedmodseq: number,
  collector: FindingCollector,
): Sent {
  const { facts } = job;
  const deletedOnMaster = facts.master?.isDeleted === true && facts.replica?.isDeleted === false;
  // A message that was delivered to both sides separately is live at a UID where the other side lacks it.
  const masterUids = new Map<string, number>();
  if (prediction.stage === 'full') {
    for (const { uid, master, replica } of pairs()) {
      if (master?.expunged === false && master.guid !== replica?.guid) masterUids.set(master.guid, uid);
    }
  }
  const discarded = new Set<string>();
  if (prediction.stage === 'full') {
    for (const { action, pair } of prediction.outcomes()) {
      if (action === 'discard-on-replica' && discarded.size < MAX_GUIDS) discarded.add(pair.replica!.guid);
    }
  }
  const liveElsewhere = discarded.size === 0 ? discarded : job.findLiveElsewhere(discarded);
  const sent = { annotated: 0, copiedBack: false, vanished: 0, splitBrain: false };
  const isScript = facts.master?.mbentry.mbtype.kind === SIEVE_KIND;
  for (const outcome of prediction.outcomes()) {
    const { master, replica } = outcome.pair;
    const isSent = outcome.action !== 'none' && outcome.action !== 'unseen';
    if (isSent && master !== undefined && master.annotations.size > 0) sent.annotated++;
    sent.copiedBack ||= isCopiedBack(outcome);
    const elsewhere = replica === undefined ? undefined : masterUids.get(replica.guid);
    // Written out: to spread what is the same for all would take longer than all checks together.
    const subject: RecordSubject = {
      mboxname: job.mboxname,
      outcome,
      stage: prediction.stage,
      lowerBound,
      masterDeletedmodseq,
      deletedOnMaster,
      expungeIsImmediate: job.expungeIsImmediate,
      isScript,
      copybackFails: hazards.copybackFails,
      liveElsewhereOnMaster: replica !== undefined && liveElsewhere.has(replica.guid),
      masterUidOfReplicaGuid: elsewhere === outcome.pair.uid ? undefined : elsewhere,
    };
    for (const finding of RECORD_FINDINGS) collector.add(finding.find(subject));
    sent.splitBrain ||= master !== undefined && replica?.expunged === false && master.guid !== replica.guid;
    const isVanished =
      outcome.pair.master === undefined && replica?.expunged === false && replica.modseq <= masterDeletedmodseq;
    if (isVanished && !subject.liveElsewhereOnMaster && !job.expungeIsImmediate) sent.vanished++;
  }
  return sent;
}
