import { defineRecordFinding } from './record-subject.js';

export const messageAnnotationsLostOnMaster = defineRecordFinding({
  code: 'message-annotations-lost-on-master',
  class: 'admin',
  since: '0.1.0',
  title: "Message annotations of the master would be overwritten, although the master's flags win",
  why: "Before Cyrus 3.6 a full compare always takes the replica's message annotations, whichever record is newer. The master has annotations here that the replica lacks, and they may be newer.",
  replication: "The master's flags are kept on both sides, its annotations are replaced by those of the replica.",
  remedy:
    'Write the annotations named here down (IMAP FETCH UID (ANNOTATION (/* value)) on the master). Let sync_client -u USER run, then set them again on the master (IMAP UID STORE UID ANNOTATION) and audit again.',
  example: { onlyOnMaster: '/comment', masterModseq: '9', replicaModseq: '8' },
  check: ({ outcome: { annotationsFrom, pair }, lowerBound }) => {
    const { uid, master, replica } = pair;
    if (annotationsFrom !== 'replica' || master === undefined || replica === undefined) return undefined;
    const lost = [...master.annotations].flatMap(([key, value]) =>
      replica.annotations.get(key) === value ? [] : [key.trim()],
    );
    if (lost.length === 0 || master.modseq <= lowerBound) return undefined;
    return {
      uid,
      facts: {
        onlyOnMaster: lost.join(' '),
        masterModseq: String(master.modseq),
        replicaModseq: String(replica.modseq),
      },
      effects: ['update-replica', 'update-master'],
    };
  },
  message: (f) => `${f.onlyOnMaster} on the master would be overwritten by the replica`,
});
