import { defineFaultFinding } from '../define.js';
import { NOT_ACCESSIBLE } from '../not-accessible.js';

export const serverFilesNotAccessible = defineFaultFinding({
  code: 'server-files-not-accessible',
  class: 'admin',
  since: '0.1.0',
  faults: ['no-access'],
  effects: ['blocked'],
  title: 'The server may not use a database or a directory that it needs',
  why: 'It belongs to somebody else than the server runs as (the owner of configdirectory), and its mode does not let that user use it: it was restored or copied as root, or a new disk was mounted there.',
  replication:
    'Without mailboxes.db or annotations.db sync_client ends with exit status 75, and sync_server does not start; nothing is replicated. Below a directory that cannot be searched every mailbox fails, and where none can be made new mailboxes do.',
  remedy:
    'chown cyrus:mail (the user and group of configdirectory) what is named and chmod it as its neighbours are, and look at what else was restored with it. Audit again.',
  ...NOT_ACCESSIBLE,
  example: { ...NOT_ACCESSIBLE.example, file: 'conf/mailboxes.db' },
});
