import { defineRecordFinding } from './record-subject.js';
import { bothLost, flagChange } from './what-survives.js';

export const flagsCopiedBack = defineRecordFinding({
  code: 'flags-copied-back',
  class: 'safe',
  since: '0.1.0',
  title: 'Flags or annotations changed on the replica are copied back',
  why: "The replica's record is newer and the master's was not touched since the sides were last equal, or carries nothing extra.",
  replication: "The master takes the replica's flags and annotations.",
  remedy: 'Nothing. Let replication run.',
  example: { onlyOnMaster: '', onlyOnReplica: '\\Answered' },
  check: (subject) => {
    const change = flagChange(subject, 'update-master');
    return change !== undefined && !change.loses
      ? {
          uid: change.uid,
          facts: bothLost(change),
          effects: ['update-master'],
        }
      : undefined;
  },
  message: (f) =>
    `the master will take the replica's flags${f.onlyOnReplica === '' ? '' : `, gaining ${f.onlyOnReplica}`}${f.onlyOnMaster === '' ? '' : `, dropping ${f.onlyOnMaster}`}`,
});
