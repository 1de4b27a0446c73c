import { defineRecordFinding } from './record-subject.js';

export const expungeBeatsOtherMessage = defineRecordFinding({
  code: 'expunge-beats-other-message',
  class: 'admin',
  since: '0.1.0',
  title: 'A live message would be expunged because the other side expunged a different one',
  why: 'Both sides gave the same UID to different messages while they were apart, and one side has expunged its own. Cyrus 2.4 does not look at the GUID then, so the expunge takes the message of the other side with it.',
  replication: 'The live message is expunged, on whichever side it is, with exit status 0. No copy of it remains.',
  remedy:
    'Copy the live message to another mailbox of the user (IMAP UID COPY, on the side that has it) before replication runs; when that is the replica, save the message file and deliver it on the master instead (deliver -q USER < FILE).',
  example: {
    masterGuid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
    replicaGuid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
    expungedOn: 'master',
  },
  check: ({ outcome: { action, pair } }) => {
    const { uid, master, replica } = pair;
    if (action !== 'expunge-on-master' && action !== 'expunge-on-replica') return undefined;
    if (master === undefined || replica === undefined || master.guid === replica.guid) return undefined;
    return {
      uid,
      facts: {
        masterGuid: master.guid,
        replicaGuid: replica.guid,
        expungedOn: master.expunged ? 'master' : 'replica',
      },
      effects: [action],
    };
  },
  message: (f) =>
    `master has ${f.masterGuid.slice(0, 8)}, replica ${f.replicaGuid.slice(0, 8)}; the one expunged on the ${f.expungedOn} would take the other with it`,
});
