import { numberOf } from '../number-of.js';
import { defineMailboxFinding } from './mailbox-subject.js';

export const messageAnnotationsRefused = defineMailboxFinding({
  code: 'message-annotations-refused',
  class: 'admin',
  since: '0.1.0',
  title: 'The replica would refuse messages because of their annotations',
  why: 'The master runs an older release than the replica (2.5 or 3.0 towards 3.2 or later) and has messages with annotations to send. It sends them without a modseq, which the newer replica demands.',
  replication:
    'The replica answers with a protocol error ("failed to parse uploaded record"): exit status 1 on every run, and the rest of the user does not sync.',
  remedy:
    'Bring the master to the release of the replica, then run sync_client -u USER and audit again. To sync before that, remove the annotations of these messages on the master (IMAP STORE UID ANNOTATION (/comment (value.priv NIL))).',
  example: { messages: 2 },
  check: ({ hazards, annotatedSent }) =>
    hazards.refusesMessageAnnotations && annotatedSent > 0
      ? { facts: { messages: annotatedSent }, effects: ['blocked'] }
      : undefined,
  message: (f) => `${numberOf(f.messages, 'message')} with annotations would be refused`,
});
