import { defineRecordFinding } from './record-subject.js';
import { bothLost, flagChange } from './what-survives.js';

export const flagsPending = defineRecordFinding({
  code: 'flags-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Flags or annotations changed on the master, not yet on the replica',
  why: "The master's record is newer and the replica's was not touched since the sides were last equal, or carries nothing extra.",
  replication: "The replica takes the master's flags and annotations.",
  remedy: 'Nothing. Let replication run.',
  example: { onlyOnMaster: '\\Seen', onlyOnReplica: '' },
  check: (subject) => {
    const change = flagChange(subject, 'update-replica');
    return change !== undefined && !change.loses
      ? {
          uid: change.uid,
          facts: bothLost(change),
          effects: ['update-replica'],
        }
      : undefined;
  },
  message: (f) =>
    `the replica will take the master's flags${f.onlyOnMaster === '' ? '' : `, gaining ${f.onlyOnMaster}`}${f.onlyOnReplica === '' ? '' : `, dropping ${f.onlyOnReplica}`}`,
});
