import { defineRecordFinding } from './record-subject.js';
import { differingFields, lostFrom } from './what-survives.js';

export const recordDiffersUnseen = defineRecordFinding({
  code: 'record-differs-unseen',
  class: 'admin',
  since: '0.1.0',
  title: 'The record differs, and replication cannot see it',
  why: 'Flags or other fields of one message differ between the sides, but headers and cached sync CRCs agree: a damaged or half-written index, or a change that a crash kept out of the header.',
  replication:
    'Nothing: the difference stays until the record is changed again, and then one value silently replaces the other.',
  remedy:
    'Find out which side is right. Run reconstruct MAILBOX on both: it computes the CRCs again, so that replication sees the difference. Audit again before replication runs: it says which side would win. When it would be the wrong one, or the difference is still not seen, set the flags that are right on both sides (IMAP UID STORE). A bit that Cyrus does not define has a finding of its own.',
  example: { onlyOnMaster: '\\Seen', onlyOnReplica: '', fields: ['systemFlags'] },
  check: ({
    outcome: {
      action,
      pair: { uid, master: m, replica: r },
    },
  }) =>
    action === 'unseen' && m !== undefined && r !== undefined && m.guid === r.guid && m.expunged === r.expunged
      ? {
          uid,
          facts: {
            onlyOnMaster: lostFrom(m, r),
            onlyOnReplica: lostFrom(r, m),
            fields: differingFields(m, r),
          },
          effects: ['unseen'],
        }
      : undefined,
  message: (f) =>
    `differs unseen${f.onlyOnMaster === '' ? '' : `; only on the master: ${f.onlyOnMaster}`}${f.onlyOnReplica === '' ? '' : `; only on the replica: ${f.onlyOnReplica}`}${f.fields.length === 0 ? '' : ` (${f.fields.join(', ')})`}`,
});
