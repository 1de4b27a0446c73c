import { defineMailboxFinding } from './mailbox-subject.js';
import { wasRecreated } from './was-recreated.js';

export const indexRecreatedOnMaster = defineMailboxFinding({
  code: 'index-recreated-on-master',
  class: 'admin',
  since: '0.1.0',
  title: 'The index of the master was lost and made again',
  why: 'The mailbox has the same uniqueid on both sides, but on the master a younger uidvalidity and fewer UIDs used than the replica knows of: a reconstruct on an empty directory, or a mailbox created again under its old identity.',
  replication:
    "The replica's messages are copied back, under a uidvalidity that makes every client download them again; the quota usage of the master stays wrong.",
  remedy:
    'Find out what happened to the directory on the master and restore it from a backup if there is one. Otherwise run sync_client -u USER and quota -f -u USER on the master, and audit again.',
  example: { masterUidvalidity: 1795227744, replicaUidvalidity: 1795227250, masterLastUid: 0, replicaLastUid: 2 },
  check: ({ master, replica }) =>
    master?.head !== undefined && replica?.head !== undefined && wasRecreated(master.head, replica.head)
      ? {
          facts: {
            masterUidvalidity: master.head.uidvalidity,
            replicaUidvalidity: replica.head.uidvalidity,
            masterLastUid: master.head.lastUid,
            replicaLastUid: replica.head.lastUid,
          },
          effects: ['copy-back-to-master', 'update-replica'],
        }
      : undefined,
  message: (f) =>
    `uidvalidity ${String(f.masterUidvalidity)} against ${String(f.replicaUidvalidity)}, last_uid ${String(f.masterLastUid)} against ${String(f.replicaLastUid)}`,
});
