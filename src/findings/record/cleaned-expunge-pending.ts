import { defineRecordFinding, isProvenExpunge } from './record-subject.js';

export const cleanedExpungePending = defineRecordFinding({
  code: 'cleaned-expunge-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Expunged and cleaned out on the master, not yet on the replica',
  why: 'The master had this message and has no record of it any more. The replica was not touched since, and there is proof that nothing is lost: the master cleans out expunged messages at once (expunge_mode: immediate), or the user still has the same message in another mailbox.',
  replication: 'The message is expunged on the replica.',
  remedy: 'Nothing. Let replication run.',
  example: { guid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', proof: 'expunge_mode is immediate' },
  check: (subject) => {
    const { action, pair } = subject.outcome;
    return action === 'discard-on-replica' && pair.replica !== undefined && isProvenExpunge(subject)
      ? {
          uid: pair.uid,
          facts: {
            guid: pair.replica.guid,
            proof: subject.liveElsewhereOnMaster ? 'the user has it in another mailbox' : 'expunge_mode is immediate',
          },
          effects: ['expunge-on-replica'],
        }
      : undefined;
  },
  message: (f) => `message ${f.guid.slice(0, 8)} will be expunged on the replica (${f.proof})`,
});
