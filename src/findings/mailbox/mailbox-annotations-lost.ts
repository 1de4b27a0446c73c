import { defineMailboxFinding } from './mailbox-subject.js';
import { annotationDifference } from './annotation-difference.js';

export const mailboxAnnotationsLost = defineMailboxFinding({
  code: 'mailbox-annotations-lost',
  class: 'admin',
  since: '0.1.0',
  title: 'Mailbox annotations of one side would be overwritten',
  why: 'The set of mailbox annotations differs, and the side that wins (the one with the higher highestmodseq) may not be the one that was changed: annotations carry no modseq of their own.',
  replication: "The winner's whole set replaces the other, also where the other was newer or had more.",
  remedy:
    'Look at the entries on both sides (IMAP GETMETADATA MAILBOX, cyradm: info MAILBOX) and make them equal by hand (IMAP SETMETADATA) before replication runs.',
  example: { winner: 'replica', entries: ['/comment'] },
  check: (subject) => {
    const difference = annotationDifference(subject);
    return difference?.lost === true
      ? {
          facts: { winner: difference.winner, entries: difference.entries },
          effects: [difference.winner === 'master' ? 'overwrite-on-replica' : 'update-master'],
        }
      : undefined;
  },
  message: (f) => `${f.entries.join(', ')}: the value of the ${f.winner} would replace the other, which may be newer`,
});
