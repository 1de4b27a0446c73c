import { defineFaultFinding } from '../define.js';
import { GIVE_BACK_MAILBOX, NOT_ACCESSIBLE } from '../not-accessible.js';

export const mailboxNotWritable = defineFaultFinding({
  code: 'mailbox-not-writable',
  class: 'admin',
  since: '0.1.0',
  faults: ['no-append'],
  effects: ['blocked'],
  title: 'The server may not store messages in the mailbox',
  why: 'The directory or the cache of the mailbox belongs to somebody else than the server runs as (the owner of configdirectory), and its mode does not let that user write there: it was restored or copied as root.',
  replication:
    'sync_server ends with the first message that is stored there on the replica, and the user fails with exit status 1 on every run. On the master deliveries fail, and so does what replication copies back; what is sent from there goes through.',
  remedy: GIVE_BACK_MAILBOX,
  ...NOT_ACCESSIBLE,
});
