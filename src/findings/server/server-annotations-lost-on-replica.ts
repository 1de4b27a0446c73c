import { CARRY_ALL, defineServerFinding, entryFacts, entryWords } from './server-annotations-subject.js';

export const serverAnnotationsLostOnReplica = defineServerFinding({
  code: 'server-annotations-lost-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: "Annotations of the replica's server would be overwritten",
  why: 'Annotations that belong to no mailbox (a comment, the address of the administrator, private ones of users) have values on the replica that the master never had, as far as the file of its database remembers: neither a live record nor an older one has them. They were set on the replica. The line ANNOTATION "" of the pending log, which any change of them on the master writes, puts the master\'s set in their place. An older value of the master\'s may look the same only if its database was rewritten since the change.',
  replication:
    "sync_client -u, -m and -A do not look at them. The line, which may be pending now or come with the next change, makes the replica's whole set that of the master: values are overwritten, also newer ones, and those that the master lacks are removed. sync_client exits 0.",
  remedy: `Before replication runs look at the values on the replica (as an administrator: GETMETADATA (DEPTH infinity) "" (/shared /private) over IMAP, or cyradm: info; private ones as the user), and set those that are wanted on the master (SETMETADATA "" (ENTRY VALUE)). Then carry the whole set, ${CARRY_ALL} Audit again.`,
  example: { annotations: 1, entries: ['/private/comment (fred)'] },
  check: ({ ofReplica, logged }) =>
    ofReplica.length > 0
      ? { facts: entryFacts(ofReplica), effects: [logged ? 'overwrite-on-replica' : 'unseen'] }
      : undefined,
  message: (f) => `${entryWords(f)}: set on the replica, and would be lost`,
});
