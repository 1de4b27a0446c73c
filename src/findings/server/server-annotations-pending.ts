import { defineServerFinding, entryFacts, entryWords } from './server-annotations-subject.js';

export const serverAnnotationsPending = defineServerFinding({
  code: 'server-annotations-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Annotations of the server changed on the master, not yet on the replica',
  why: 'Annotations that belong to no mailbox (a comment, the address of the administrator, private ones of users) differ, and the pending log has the line ANNOTATION "" that carries them. What the replica has in their place the master had before: the file of its database still holds the older record. Where that file keeps no older records (format flat) the line alone is taken as proof, for these annotations have neither a modseq nor a time.',
  replication: "The line makes the replica's whole set that of the master. sync_client -u and -A alone would not.",
  remedy: 'Nothing. Let replication run.',
  example: { annotations: 1, entries: ['/shared/comment'] },
  check: ({ differing, ofReplica, logged }) => {
    const pending = differing.filter((name) => !ofReplica.includes(name));
    return logged && pending.length > 0 ? { facts: entryFacts(pending), effects: ['update-replica'] } : undefined;
  },
  message: (f) => `${entryWords(f)}: the replica will become as the master`,
});
