import { defineRecordFinding } from './record-subject.js';

export const recordLostToDeletedMailbox = defineRecordFinding({
  code: 'record-lost-to-deleted-mailbox',
  class: 'admin',
  since: '0.1.0',
  title: 'Message only on the replica, in a mailbox that the master has deleted',
  why: 'The mailbox was deleted on the master while the replica held a message that the master never had.',
  replication:
    'The mailbox is renamed into the DELETED namespace on the replica and the message goes with it, on both sides: no user sees it, and the expiry of deleted mailboxes (cyr_expire -D) destroys it.',
  remedy:
    'If the message is wanted, save it before replication runs: bring the mailbox back on the master (cyradm: renamemailbox DELETED.user.USER.NAME.STAMP user.USER.NAME), or copy the message file from the replica and deliver it on the master (deliver -q USER < FILE). unexpunge does not help here.',
  example: { guid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', modseq: '42' },
  check: ({ outcome: { action, pair }, deletedOnMaster }) =>
    deletedOnMaster &&
    pair.replica !== undefined &&
    !pair.replica.expunged &&
    pair.master === undefined &&
    action !== 'none'
      ? {
          uid: pair.uid,
          facts: { guid: pair.replica.guid, modseq: String(pair.replica.modseq) },
          effects: action === 'unseen' ? ['unseen'] : ['rename-on-replica', 'copy-back-to-master'],
        }
      : undefined,
  message: (f) => `message ${f.guid.slice(0, 8)} is only on the replica and would go into the DELETED mailbox`,
});
