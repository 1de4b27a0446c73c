import { defineFaultFinding } from '../define.js';
import { NOT_ACCESSIBLE } from '../not-accessible.js';

export const userFilesNotAccessible = defineFaultFinding({
  code: 'user-files-not-accessible',
  class: 'admin',
  since: '0.1.0',
  faults: ['no-access'],
  title: 'The server may not use seen state, subscriptions, scripts or a quota record',
  why: 'The file, or the directory that it lies in, belongs to somebody else than the server runs as (the owner of configdirectory), and its mode does not let that user read and write it: it was restored or copied as root.',
  replication:
    'What cannot be read on the master counts as gone: subscriptions are removed on the replica, and the exit status is 0. What cannot be written on the replica ends the user with exit status 1 on every run.',
  remedy:
    'chown -R cyrus:mail (the user and group of the other users) what is named, before replication runs, and look at what else was restored with it. Audit again.',
  ...NOT_ACCESSIBLE,
  example: {
    ...NOT_ACCESSIBLE.example,
    file: 'conf/user/uuid/7/u/7unn4hc962zx7rcdridljy7h/sub.db',
  },
});
