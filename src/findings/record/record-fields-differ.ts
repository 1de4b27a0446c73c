import { defineRecordFinding } from './record-subject.js';
import { differingFields, sameSets } from './what-survives.js';

export const recordFieldsDiffer = defineRecordFinding({
  code: 'record-fields-differ',
  class: 'safe',
  since: '0.1.0',
  title: 'Same message and flags, but other fields of the record differ',
  why: 'Modseq, last_updated, internaldate, thread id or the like differ; no flag and no annotation does.',
  replication: 'The record is written again on one side and both agree afterwards.',
  remedy: 'Nothing. Let replication run.',
  example: { fields: ['modseq', 'internaldate'] },
  check: ({
    outcome: {
      action,
      pair: { uid, master: m, replica: r },
    },
  }) =>
    (action === 'update-replica' || action === 'update-master') && m !== undefined && r !== undefined && sameSets(m, r)
      ? {
          uid,
          facts: {
            fields: differingFields(m, r),
          },
          effects: [action],
        }
      : undefined,
  message: (f) => `${f.fields.join(', ')} differ and will be made equal`,
});
