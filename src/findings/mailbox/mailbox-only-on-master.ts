import { numberOf } from '../number-of.js';
import { defineMailboxFinding } from './mailbox-subject.js';

export const mailboxOnlyOnMaster = defineMailboxFinding({
  code: 'mailbox-only-on-master',
  class: 'safe',
  since: '0.1.0',
  heldOnlyBy: 'master',
  title: 'Mailbox not yet on the replica',
  why: 'The mailbox was created on the master and has not been replicated.',
  replication: 'It is created on the replica with all its messages.',
  remedy: 'Nothing. Let replication run.',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h', exists: 12 },
  check: ({ mode, master, replica, conflict, uniqueidUsedBy, sentAsScripts }) =>
    mode === 'pair' &&
    master !== undefined &&
    replica === undefined &&
    conflict === undefined &&
    uniqueidUsedBy === undefined &&
    !sentAsScripts
      ? { facts: { uniqueid: master.mbentry.uniqueid ?? '', exists: master.exists }, effects: ['copy-to-replica'] }
      : undefined,
  message: (f) => `only on the master (${numberOf(f.exists, 'message')}) and will be created on the replica`,
});
