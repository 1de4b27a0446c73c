import { defineRecordFinding } from './record-subject.js';

export const recordRenumbered = defineRecordFinding({
  code: 'record-renumbered',
  class: 'admin',
  since: '0.1.0',
  title: "The master's message would get a new UID",
  why: 'The replica has passed this UID without having the message: a split brain, or a record lost on the replica. Clients fetch the message again and other users lose their seen state for it.',
  replication:
    'The message is appended again under a new UID on both sides and the old UID is expunged. Its flags and annotations go with it.',
  remedy:
    'Decide whether the new UID is acceptable (POP3 users will download the message again). If it is, run sync_client -u USER and audit again; if not, restore the record on the replica first.',
  example: { guid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', newUid: 12 },
  check: ({ outcome: { action, pair, masterNewUid } }) =>
    action === 'renumber' && pair.master !== undefined && masterNewUid !== undefined
      ? { uid: pair.uid, facts: { guid: pair.master.guid, newUid: masterNewUid }, effects: ['renumber'] }
      : undefined,
  message: (f) => `the master's message ${f.guid.slice(0, 8)} would become uid ${String(f.newUid)}`,
});
