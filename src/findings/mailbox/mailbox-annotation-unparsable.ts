import { defineMailboxFinding } from './mailbox-subject.js';

export const mailboxAnnotationUnparsable = defineMailboxFinding({
  code: 'mailbox-annotation-unparsable',
  class: 'admin',
  since: '0.1.0',
  title: "The master's sync_client cannot read the replica's answer",
  why: 'The replica runs an older release than the master and has a mailbox annotation with a backslash in its value, as a special use such as \\Drafts has. It sends the value in a form that the newer client does not understand.',
  replication: 'The client gives up with exit status 1 on every run; the whole user does not sync.',
  remedy:
    'Upgrade the replica to the release of the master before replicating to it, then run sync_client -u USER and audit again. Replicating to an older release is not supported.',
  example: { entries: ['/specialuse fred'] },
  check: ({ hazards, master, replica }) => {
    if (!hazards.cannotParseBackslash || master === undefined || replica?.head === undefined) return undefined;
    const entries = [...replica.head.annotations].flatMap(([key, value]) => (value.includes('\\') ? [key.trim()] : []));
    return entries.length === 0 ? undefined : { facts: { entries: entries.sort() }, effects: ['blocked'] };
  },
  message: (f) => `${f.entries.join(', ')} on the replica cannot be parsed by the master`,
});
