import { defineMailboxFinding } from './mailbox-subject.js';

export const mailboxAnnotationsDropped = defineMailboxFinding({
  code: 'mailbox-annotations-dropped',
  class: 'admin',
  since: '0.1.0',
  title: 'Mailbox annotations do not survive between these two releases',
  why: 'The master runs an older release than the replica, one that does not send mailbox annotations (2.4) or sends them without their modseq (2.5, 3.0). The replica takes that for an empty set.',
  replication:
    "Every upload of this mailbox removes the replica's mailbox annotations, special use and expiry settings among them, and those of the master never arrive. sync_client exits 0.",
  remedy:
    'Bring the master to the release of the replica, or the replica back to that of the master. Until then write the entries of the replica down (cyradm: info MAILBOX) and set them again there when the master has been upgraded; audit again.',
  example: { onMaster: 1, onReplica: 2 },
  check: ({ hazards, master, replica, prediction }) => {
    if (!hazards.dropsMailboxAnnotations || master?.head === undefined) return undefined;
    // A mailbox that is skipped keeps what it has.
    if (replica !== undefined && (prediction === undefined || prediction.stage === 'skip')) return undefined;
    const onMaster = master.head.annotations.size;
    const onReplica = replica?.head?.annotations.size ?? 0;
    return onMaster + onReplica === 0
      ? undefined
      : { facts: { onMaster, onReplica }, effects: onReplica > 0 ? ['overwrite-on-replica'] : ['none'] };
  },
  message: (f) =>
    `${String(f.onReplica)} annotations of the replica would be removed, ${String(f.onMaster)} of the master do not arrive`,
});
