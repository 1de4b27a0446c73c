import { CARRY_ALL, defineServerFinding, entryFacts, entryWords } from './server-annotations-subject.js';

export const serverAnnotationsNotCarried = defineServerFinding({
  code: 'server-annotations-not-carried',
  class: 'safe',
  since: '0.1.0',
  title: 'Annotations of the server are not on the replica, and no log line carries them',
  why: 'Annotations that belong to no mailbox (a comment, the address of the administrator, private ones of users) are not on the replica, or it has a value that the master had before. Only the line ANNOTATION "" of the pending log carries them, and not every channel has one. It is so wherever a replica was filled with sync_client -A.',
  replication:
    'None: sync_client -u, -m and -A do not look at them, and the sides stay apart with exit status 0. Nothing is lost by it: the next change of any of them on the master carries them all.',
  remedy: `To carry them now, ${CARRY_ALL} To set the same value once more writes no line. Audit again.`,
  example: { annotations: 2, entries: ['/shared/admin', '/shared/comment'] },
  check: ({ differing, ofReplica, logged }) => {
    const behind = differing.filter((name) => !ofReplica.includes(name));
    return logged || behind.length === 0 ? undefined : { facts: entryFacts(behind), effects: ['none'] };
  },
  message: (f) => `${entryWords(f)}: not on the replica, and no log line carries it`,
});
