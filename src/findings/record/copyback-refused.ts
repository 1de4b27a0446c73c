import { defineRecordFinding, isCopiedBack } from './record-subject.js';

export const copybackRefused = defineRecordFinding({
  code: 'copyback-refused',
  class: 'admin',
  since: '0.1.0',
  title: 'Message only on the replica that these two releases cannot copy back',
  why: 'The master runs an older release than the replica. Fetching a message from the replica fails between them, and a full compare needs it.',
  replication:
    'Exit status 1 on every run and nothing is repaired; the rest of the user does not sync. From 3.0 to 3.8 the replica also expunges its copy, and the message remains on the master alone.',
  remedy:
    'Save the message file of the replica first. Then bring both sides to the same release, run sync_client -u USER, and audit again; or deliver the saved file on the master (deliver -q USER < FILE) and expunge the message on the replica.',
  example: { guid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071' },
  check: ({ copybackFails, outcome }) =>
    copybackFails && isCopiedBack(outcome)
      ? { uid: outcome.pair.uid, facts: { guid: outcome.pair.replica?.guid ?? '' }, effects: ['blocked'] }
      : undefined,
  message: (f) => `the replica's message ${f.guid.slice(0, 8)} would have to come back to the master, and cannot`,
});
