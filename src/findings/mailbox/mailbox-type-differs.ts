import { defineMailboxFinding } from './mailbox-subject.js';

export const mailboxTypeDiffers = defineMailboxFinding({
  code: 'mailbox-type-differs',
  class: 'admin',
  since: '0.1.0',
  title: 'The mailbox has another type on the replica',
  why: 'One uniqueid is, say, a mail folder on one side and a calendar on the other.',
  replication: 'Refused on every run; the rest of the user is blocked.',
  remedy:
    'Find out which type is right. On the side where it is wrong rename the mailbox out of the way (cyradm: renamemailbox), then run sync_client -u USER; when that is the master, create it there anew first. Audit again.',
  example: { master: 'e', replica: 'c' },
  check: ({ master, replica }) =>
    master !== undefined && replica !== undefined && master.mbentry.mbtype.kind !== replica.mbentry.mbtype.kind
      ? { facts: { master: master.mbentry.mbtype.kind, replica: replica.mbentry.mbtype.kind }, effects: ['blocked'] }
      : undefined,
  message: (f) => `type ${f.master} on the master, ${f.replica} on the replica`,
});
