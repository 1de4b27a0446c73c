/**
 * The model of the real engine for one mailbox: given both states, what `sync_client` would do.
 * It predicts; it does not judge. Source: sync_do_update_mailbox, mailbox_full_update, compare_one_record,
 * copyback_one_record (client) and sync_apply_mailbox, sync_mailbox_compare_update (server) in
 * imap/sync_support.c, cyrus-imapd 3.6.1; where other releases differ, see `EngineTraits`.
 */
import type { EngineTraits } from './engine.js';
import type { MailboxHead, RecordPair, SideRecord, SyncCrcs } from '../model/record-pair.js';

/** What happens to the message(s) of one UID. */
export type RecordAction =
  /** Equal, or both expunged. */
  | 'none'
  /** They differ and replication never looks at them. */
  | 'unseen'
  | 'append-on-replica'
  /** An expunged record that the replica never had is noted there too; no user sees it. */
  | 'append-expunged'
  | 'update-replica'
  | 'expunge-on-replica'
  | 'update-master'
  | 'expunge-on-master'
  | 'append-on-master'
  /** Replica-only, below the master's last_uid: back to the master under a new UID. */
  | 'copyback-renumbered'
  /** Replica-only, older than the master's deletedmodseq: expunged on the replica (rule C). */
  | 'discard-on-replica'
  /** Master-only where the replica has passed: a new UID on both sides. */
  | 'renumber'
  /** Same UID, other GUID. */
  | 'clash';

export interface PairOutcome {
  readonly pair: RecordPair;
  readonly action: RecordAction;
  /** UID under which the master's message ends up, when that changes. */
  readonly masterNewUid?: number;
  /** UID under which the replica's message ends up, when that changes; 0 = the message is discarded. */
  readonly replicaNewUid?: number;
  /** The annotations of both are the replica's afterwards, although the flags are the master's. */
  readonly annotationsFrom?: 'replica';
}

/** `skip`: the engine finds nothing to do. `push`: one upload. `full`: the record-by-record compare. */
export type SyncStage = 'skip' | 'push' | 'full';

export interface MailboxPrediction {
  readonly stage: SyncStage;
  /** Why the engine left the cheap path; for people. */
  readonly reason: string;
  readonly uidvalidity: number;
  /** Whose mailbox annotations replace the other's where they differ. */
  readonly annotationsWinner: 'master' | 'replica';
  /** Walks the pairs once more and yields what happens to each, in the order of the UIDs. */
  readonly outcomes: () => Generator<PairOutcome>;
}

/** Checksums agree in the engine's eyes: zero stands for "unknown" and agrees with everything. */
function crcsAgree(a: SyncCrcs, b: SyncCrcs): boolean {
  if (a.basic !== 0 && b.basic !== 0 && a.basic !== b.basic) return false;
  return !(a.annot !== 0 && b.annot !== 0 && a.annot !== b.annot);
}

/** Same keys, same values. */
export function sameAnnotations(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

/** is_unchanged(): header values, ACL, mailbox annotations and stored CRCs; no record is looked at. */
export function looksUnchanged(master: MailboxHead, replica: MailboxHead, traits: EngineTraits): boolean {
  return (
    master.mbtypeKind === replica.mbtypeKind &&
    master.lastUid === replica.lastUid &&
    master.highestmodseq === replica.highestmodseq &&
    // A higher value of the replica is taken over by the master before the test.
    master.uidvalidity <= replica.uidvalidity &&
    master.recentuid === replica.recentuid &&
    master.recenttime === replica.recenttime &&
    master.pop3LastLogin === replica.pop3LastLogin &&
    master.pop3ShowAfter === replica.pop3ShowAfter &&
    master.options === replica.options &&
    (replica.foldermodseq === 0 || replica.foldermodseq >= master.foldermodseq) &&
    master.acl === replica.acl &&
    (!traits.carriesMailboxAnnotations || sameAnnotations(master.annotations, replica.annotations)) &&
    (crcsAgree(replica.storedCrcs, master.storedCrcs) || crcsAgree(replica.storedCrcs, master.computedCrcs))
  );
}

/**
 * @param pairs the records that differ in anything, in ascending order of UID; walked up to three times
 */
export function predictMailbox(
  master: MailboxHead,
  replica: MailboxHead,
  pairs: () => Iterable<RecordPair>,
  traits: EngineTraits,
): MailboxPrediction {
  const uidvalidity = Math.max(master.uidvalidity, replica.uidvalidity);
  if (master.deletedmodseq > replica.highestmodseq) {
    return full(
      master,
      replica,
      pairs,
      uidvalidity,
      false,
      traits,
      "the master's deletedmodseq is above the replica's highestmodseq",
    );
  }
  if (looksUnchanged(master, replica, traits)) {
    return {
      stage: 'skip',
      reason: 'headers and stored sync CRCs agree',
      uidvalidity,
      annotationsWinner: 'master',
      *outcomes() {
        for (const pair of pairs()) yield { pair, action: bothExpunged(pair) ? 'none' : 'unseen' };
      },
    };
  }
  const refusal = refusedBecause(master, replica, pairs, traits);
  if (refusal !== undefined) return full(master, replica, pairs, uidvalidity, false, traits, refusal);
  if (!crcsAgreeAfterPush(master, replica, pairs)) {
    return full(master, replica, pairs, uidvalidity, true, traits, 'the sync CRCs differ after the upload');
  }
  return {
    stage: 'push',
    reason: 'the replica takes the upload',
    uidvalidity,
    annotationsWinner: 'master',
    *outcomes() {
      for (const pair of pairs()) {
        yield {
          pair,
          action: isSent(pair, replica) ? pushAction(pair, replica) : bothExpunged(pair) ? 'none' : 'unseen',
        };
      }
    },
  };
}

function bothExpunged(pair: RecordPair): boolean {
  return (pair.master?.expunged ?? true) && (pair.replica?.expunged ?? true);
}

function isSent(pair: RecordPair, replica: MailboxHead): boolean {
  return pair.master !== undefined && pair.master.modseq > replica.highestmodseq;
}

/** What an accepted upload does to one sent record. */
function pushAction({ uid, master, replica }: RecordPair, head: MailboxHead): RecordAction {
  if (master === undefined) return 'none';
  if (replica === undefined) {
    if (uid <= head.lastUid) return 'none';
    return master.expunged ? 'append-expunged' : 'append-on-replica';
  }
  if (master.expunged) return replica.expunged ? 'none' : 'expunge-on-replica';
  return 'update-replica';
}

/** Why the replica refuses the upload without touching anything; undefined when it takes it. */
function refusedBecause(
  master: MailboxHead,
  replica: MailboxHead,
  pairs: () => Iterable<RecordPair>,
  { expungeBeatsOtherMessage }: EngineTraits,
): string | undefined {
  if (replica.highestmodseq > master.highestmodseq) return "the replica's highestmodseq is higher";
  if (replica.lastUid > master.lastUid) return "the replica's last_uid is higher";
  for (const pair of pairs()) {
    const { uid, master: m, replica: r } = pair;
    if (m === undefined || !isSent(pair, replica)) continue;
    if (r === undefined) {
      if (!m.expunged && uid <= replica.lastUid) return `uid ${String(uid)} is missing on the replica`;
      continue;
    }
    const differs = m.guid !== r.guid && !(expungeBeatsOtherMessage && m.expunged);
    if (m.expunged && r.expunged) continue;
    if (differs) return `uid ${String(uid)} is another message on the replica`;
    if (r.modseq > m.modseq) return `uid ${String(uid)} has a higher modseq on the replica`;
    if (r.expunged && !m.expunged) return `uid ${String(uid)} is expunged on the replica`;
  }
  return undefined;
}

/**
 * The replica keeps its CRCs by increments, so damage that they do not show stays hidden after an upload too; when
 * they differ each side recomputes its own once.
 */
function crcsAgreeAfterPush(master: MailboxHead, replica: MailboxHead, pairs: () => Iterable<RecordPair>): boolean {
  let basic = 0;
  let annot = 0;
  for (const pair of pairs()) {
    if (!isSent(pair, replica)) continue;
    const action = pushAction(pair, replica);
    if (action === 'none') continue;
    basic ^= (pair.replica?.crcBasic ?? 0) ^ (pair.master?.crcBasic ?? 0);
    annot ^= (pair.replica?.crcAnnot ?? 0) ^ (pair.master?.crcAnnot ?? 0);
  }
  const after = (crcs: SyncCrcs): SyncCrcs => ({
    basic: (crcs.basic ^ basic) >>> 0,
    annot: (crcs.annot ^ annot) >>> 0,
  });
  const onReplica = [after(replica.storedCrcs), after(replica.computedCrcs)];
  const onMaster = [master.storedCrcs, master.computedCrcs];
  return onReplica.some((r) => onMaster.some((m) => crcsAgree(r, m)));
}

/** mailbox_full_update(): `pushed` says that an upload was applied before it. */
function full(
  master: MailboxHead,
  replica: MailboxHead,
  pairs: () => Iterable<RecordPair>,
  uidvalidity: number,
  pushed: boolean,
  traits: EngineTraits,
  reason: string,
): MailboxPrediction {
  const replicaLastUid = pushed ? Math.max(replica.lastUid, master.lastUid) : replica.lastUid;
  return {
    stage: 'full',
    reason,
    uidvalidity,
    annotationsWinner: !pushed && master.highestmodseq < replica.highestmodseq ? 'replica' : 'master',
    *outcomes() {
      let replicaMaxUid = replica.maxUid;
      if (pushed) {
        for (const pair of pairs()) {
          if (isSent(pair, replica) && pair.uid > replica.lastUid && pair.uid > replicaMaxUid) replicaMaxUid = pair.uid;
        }
      }
      let masterLastUid = master.lastUid;
      let next = Math.max(master.lastUid, replicaLastUid, replicaMaxUid);
      for (const pair of pairs()) {
        const { uid, master: m, replica: r } = pair;
        if (pushed && isSent(pair, replica) && (r !== undefined || uid > replica.lastUid)) {
          yield { pair, action: pushAction(pair, replica) };
          continue;
        }
        if (m !== undefined && r !== undefined) {
          if (m.expunged && r.expunged) {
            yield { pair, action: 'none' };
          } else if (m.guid !== r.guid && !(traits.expungeBeatsOtherMessage && (m.expunged || r.expunged))) {
            const discard = !r.expunged && r.modseq < master.deletedmodseq;
            let masterNewUid: number | undefined;
            let replicaNewUid: number | undefined;
            const renumber = (): void => {
              if (!m.expunged) masterNewUid = ++next;
            };
            const copyback = (): void => {
              if (!r.expunged) replicaNewUid = discard ? 0 : ++next;
            };
            if (m.guid > r.guid === (traits.clashOrder === 'lower-guid-first')) {
              copyback();
              renumber();
            } else {
              renumber();
              copyback();
            }
            yield {
              pair,
              action: 'clash',
              ...(masterNewUid === undefined ? {} : { masterNewUid }),
              ...(replicaNewUid === undefined ? {} : { replicaNewUid }),
            };
          } else {
            yield { pair, ...sameMessage(m, r, traits) };
          }
        } else if (m !== undefined) {
          const passed = uid < replicaMaxUid || uid <= replicaLastUid;
          if (m.expunged) yield { pair, action: passed ? 'none' : 'append-expunged' };
          else if (passed) yield { pair, action: 'renumber', masterNewUid: ++next };
          else yield { pair, action: 'append-on-replica' };
        } else if (r !== undefined) {
          if (r.expunged) yield { pair, action: 'none' };
          else if (uid > masterLastUid) {
            masterLastUid = uid;
            yield { pair, action: 'append-on-master' };
          } else if (r.modseq < master.deletedmodseq) yield { pair, action: 'discard-on-replica', replicaNewUid: 0 };
          else yield { pair, action: 'copyback-renumbered', replicaNewUid: ++next };
        }
      }
    },
  };
}

/** compare_one_record() for one GUID: an expunge wins; then the newer record, the master's when in doubt. */
function sameMessage(
  m: SideRecord,
  r: SideRecord,
  { messageAnnotations }: EngineTraits,
): Pick<PairOutcome, 'action' | 'annotationsFrom'> {
  if (m.expunged) return { action: 'expunge-on-replica' };
  if (r.expunged) return { action: 'expunge-on-master' };
  const differInAnnotations = messageAnnotations !== 'not-carried' && !sameAnnotations(m.annotations, r.annotations);
  const flagsDiffer = !sameFlags(m, r);
  if (!differInAnnotations && !flagsDiffer && sameFields(m, r)) return { action: 'unseen' };
  if (replicaWins(m, r)) return { action: 'update-master' };
  if (!differInAnnotations || messageAnnotations === 'winner') return { action: 'update-replica' };
  return flagsDiffer ? { action: 'update-replica', annotationsFrom: 'replica' } : { action: 'update-master' };
}

/** Bits without a flag name are not looked at. */
function sameFlags(m: SideRecord, r: SideRecord): boolean {
  return (m.systemFlags & 0x1f) === (r.systemFlags & 0x1f) && m.userFlags.join(' ') === r.userFlags.join(' ');
}

/** The fields besides flags and annotations that compare_one_record() looks at. The size is not one of them. */
function sameFields(m: SideRecord, r: SideRecord): boolean {
  return (
    m.modseq === r.modseq &&
    m.lastUpdated === r.lastUpdated &&
    m.internaldate === r.internaldate &&
    m.cid === r.cid &&
    m.savedate === r.savedate &&
    m.createdmodseq === r.createdmodseq
  );
}

/** True when the replica's flags and annotations replace the master's in a full compare. */
export function replicaWins(m: SideRecord, r: SideRecord): boolean {
  return r.modseq > m.modseq && r.lastUpdated >= m.lastUpdated;
}
