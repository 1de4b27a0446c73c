import type { IndexRecord } from '../model/index-file.js';
import { flagNames } from '../model/record-pair.js';
import type { MailboxPrediction, PairOutcome } from './predict-mailbox.js';

/** A message record of one side as replication leaves it. */
export interface PredictedRecord {
  readonly uid: number;
  readonly guid: string;
  readonly expunged: boolean;
  /** Names of the flags, sorted; user flags in lower case. */
  readonly flags: readonly string[];
}

export interface PredictedMailbox {
  /** Ascending by UID. */
  readonly master: readonly PredictedRecord[];
  readonly replica: readonly PredictedRecord[];
}

type Records = Map<number, PredictedRecord>;

/** What replication leaves of a record that it does not touch. */
export function untouched(record: IndexRecord): PredictedRecord {
  const { uid, guid, expunged } = record;
  return { uid, guid, expunged, flags: flagNames(record).sort() };
}

/**
 * The records of both sides after replication has done what is predicted. The sides are given whole: records that are
 * the same on both are no part of a prediction. Expects UIDs that are unique on each side.
 */
export function applyPrediction(
  prediction: MailboxPrediction,
  before: { readonly master: Iterable<IndexRecord>; readonly replica: Iterable<IndexRecord> },
): PredictedMailbox {
  const master: Records = new Map();
  const replica: Records = new Map();
  for (const record of before.master) master.set(record.uid, untouched(record));
  for (const record of before.replica) replica.set(record.uid, untouched(record));
  for (const outcome of prediction.outcomes()) applyOutcome(outcome, master, replica);
  const byUid = (records: Records): PredictedRecord[] => [...records.values()].sort((a, b) => a.uid - b.uid);
  return { master: byUid(master), replica: byUid(replica) };
}

function applyOutcome(
  { pair, action, masterNewUid, replicaNewUid }: PairOutcome,
  master: Records,
  replica: Records,
): void {
  const { uid } = pair;
  const m = pair.master === undefined ? undefined : untouched(pair.master);
  const r = pair.replica === undefined ? undefined : untouched(pair.replica);
  switch (action) {
    case 'none':
    case 'unseen':
      return;
    case 'append-on-replica':
    case 'append-expunged':
    case 'update-replica':
    case 'expunge-on-replica':
      // An expunged record reaches the replica with the flags that it has on the master.
      // The GUID of a record that is there already stays (2.4 expunges another message in this way).
      if (m !== undefined) replica.set(uid, { ...m, guid: r?.guid ?? m.guid });
      return;
    case 'append-on-master':
    case 'update-master':
      if (r !== undefined) master.set(uid, r);
      return;
    case 'expunge-on-master':
      if (m === undefined) return;
      master.set(uid, { ...m, expunged: true });
      return;
    case 'discard-on-replica':
    case 'copyback-renumbered':
    case 'renumber':
    case 'clash':
      move(m, masterNewUid, master, master, replica);
      move(r, replicaNewUid, replica, master, replica);
  }
}

/** The message stays as an expunged record where it was and comes back on both sides under its new UID, if it has one. */
function move(
  from: PredictedRecord | undefined,
  newUid: number | undefined,
  side: Records,
  master: Records,
  replica: Records,
): void {
  if (from === undefined || newUid === undefined) return;
  side.set(from.uid, { ...from, expunged: true });
  if (newUid === 0) return;
  const moved = { ...from, uid: newUid };
  master.set(newUid, moved);
  replica.set(newUid, moved);
}
