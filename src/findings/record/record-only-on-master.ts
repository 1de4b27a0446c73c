import { defineRecordFinding } from './record-subject.js';

export const recordOnlyOnMaster = defineRecordFinding({
  code: 'record-only-on-master',
  class: 'safe',
  since: '0.1.0',
  title: 'Message not yet on the replica',
  why: 'The master holds a message that the replica has not received. That is what replication is for.',
  replication: 'The message is uploaded and appended on the replica under the same UID.',
  remedy: 'Nothing. Let replication run.',
  example: { guid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', modseq: '42' },
  check: ({ outcome: { action, pair } }) =>
    action === 'append-on-replica' && pair.master !== undefined
      ? {
          uid: pair.uid,
          facts: { guid: pair.master.guid, modseq: String(pair.master.modseq) },
          effects: ['copy-to-replica'],
        }
      : undefined,
  message: (f) => `message ${f.guid.slice(0, 8)} is only on the master and will be copied`,
});
