import { defineRecordFinding } from './record-subject.js';
import { nothingLost } from './what-survives.js';

export const expungePending = defineRecordFinding({
  code: 'expunge-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Expunged on the master, not yet on the replica',
  why: 'The user removed the message on the master; the replica was not touched since.',
  replication: 'The message is expunged on the replica.',
  remedy: 'Nothing. Let replication run.',
  example: { guid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071' },
  check: ({ outcome: { action, pair }, lowerBound, isScript }) =>
    action === 'expunge-on-replica' &&
    pair.master !== undefined &&
    pair.replica !== undefined &&
    pair.master.guid === pair.replica.guid &&
    nothingLost(pair.replica, pair.master, { lowerBound, isScript })
      ? { uid: pair.uid, facts: { guid: pair.master.guid }, effects: ['expunge-on-replica'] }
      : undefined,
  message: (f) => `message ${f.guid.slice(0, 8)} will be expunged on the replica`,
});
