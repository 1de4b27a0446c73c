import { defineFaultFinding } from '../define.js';
import { GIVE_BACK_MAILBOX, NOT_ACCESSIBLE } from '../not-accessible.js';

export const mailboxNotAccessible = defineFaultFinding({
  code: 'mailbox-not-accessible',
  class: 'admin',
  since: '0.1.0',
  faults: ['no-access'],
  effects: ['blocked'],
  title: 'The server may not open the mailbox',
  why: 'The directory or a file of the mailbox belongs to somebody else than the server runs as (the owner of configdirectory), and its mode does not let that user in: it was restored or copied as root.',
  replication:
    'The mailbox cannot be opened: every run for this user fails with exit status 1 (the whole user, not only this mailbox). Nothing is destroyed.',
  remedy: GIVE_BACK_MAILBOX,
  ...NOT_ACCESSIBLE,
});
