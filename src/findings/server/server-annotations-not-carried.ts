import { defineServerFinding, entryFacts, entryWords } from './server-annotations-subject.js';

export const serverAnnotationsNotCarried = defineServerFinding({
  code: 'server-annotations-not-carried',
  class: 'admin',
  since: '0.1.0',
  title: 'Annotations of the server differ, and no log line carries them',
  why: 'Annotations that belong to no mailbox (a comment, the address of the administrator, private ones of users) differ. Only the line ANNOTATION "" of the pending log carries them, and not every channel has one: it was lost, or they were changed on the replica.',
  replication:
    'None: sync_client -u, -m and -A do not look at them, and the sides stay apart with exit status 0. The next change of any of them on the master carries them all, and what only the replica has is gone then.',
  remedy:
    'Look at the values on both sides (as an administrator: GETMETADATA (DEPTH infinity) "" (/shared /private) over IMAP, or cyradm: info; private ones as the user), and set on the master what is wanted of the replica\'s (SETMETADATA "" (ENTRY VALUE)). Then carry the whole set, as the user cyrus: printf \'ANNOTATION ""\\n\' > FILE; sync_client -r -f FILE, with -n CHANNEL where there are channels. To set the same value once more writes no line. Audit again.',
  example: { annotations: 2, entries: ['/shared/admin', '/shared/comment'] },
  check: ({ differing, logged }) =>
    logged || differing.length === 0 ? undefined : { facts: entryFacts(differing), effects: ['unseen'] },
  message: (f) => `${entryWords(f)}: differs, and no log line carries it`,
});
