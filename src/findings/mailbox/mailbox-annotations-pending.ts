import { defineMailboxFinding } from './mailbox-subject.js';
import { annotationDifference } from './annotation-difference.js';

export const mailboxAnnotationsPending = defineMailboxFinding({
  code: 'mailbox-annotations-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Mailbox annotations changed on one side only',
  why: 'The set of mailbox annotations differs and the side that was changed is the one that wins.',
  replication: "The winner's whole set replaces the other.",
  remedy: 'Nothing. Let replication run.',
  example: { winner: 'master', entries: ['/comment'] },
  check: (subject) => {
    const difference = annotationDifference(subject);
    return difference?.lost === false
      ? {
          facts: { winner: difference.winner, entries: difference.entries },
          effects: [difference.winner === 'master' ? 'update-replica' : 'update-master'],
        }
      : undefined;
  },
  message: (f) => `${f.entries.join(', ')}: the value of the ${f.winner} will be taken`,
});
