import { defineRecordFinding } from './record-subject.js';

export const expungeUnseen = defineRecordFinding({
  code: 'expunge-unseen',
  class: 'admin',
  since: '0.1.0',
  title: 'Expunged on one side only, and replication cannot see it',
  why: 'One side has expunged the message and the other has not, but headers and cached sync CRCs agree.',
  replication: 'Nothing: the difference stays.',
  remedy:
    'To keep the message, copy it to another mailbox of the user first (IMAP UID COPY, on the side that has it). Then run reconstruct MAILBOX on both sides: it computes the CRCs again, so that replication sees the difference, and it will expunge the message that is left, on whichever side it is. Audit again before replication runs.',
  example: { guid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', expungedOn: 'replica' },
  check: ({ outcome: { action, pair } }) =>
    action === 'unseen' &&
    pair.master !== undefined &&
    pair.replica !== undefined &&
    pair.master.guid === pair.replica.guid &&
    pair.master.expunged !== pair.replica.expunged
      ? {
          uid: pair.uid,
          facts: { guid: pair.master.guid, expungedOn: pair.master.expunged ? 'master' : 'replica' },
          effects: ['unseen'],
        }
      : undefined,
  message: (f) =>
    `message ${f.guid.slice(0, 8)} is expunged on the ${f.expungedOn} only, and replication will not notice`,
});
