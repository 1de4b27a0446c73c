import { defineUserMetadataFinding, scriptText } from './user-metadata-subject.js';

export const sieveActiveLostOnReplica = defineUserMetadataFinding({
  code: 'sieve-active-lost-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'The replica would run no sieve script of the user',
  why: 'The user activated another script on the master, one that is older than the one that was active. While the mark of the active script moves to the lower UID the replica first sets the link defaultbc and then removes it. After a failover his mail is filtered by no script, although one is marked as active. Seen with 3.6.1; the code is the same up to 3.13.',
  replication:
    'The marks in #sieve agree afterwards; the link on the replica is gone, with exit status 0, and no later run makes it again.',
  remedy:
    'Let replication run. Then deactivate the script on the master (sieveshell, as the user: deactivate), run sync_client -u USER, activate it again (activate SCRIPT) and run sync_client -u USER once more.',
  example: { master: '"work"', replica: '"holidays"' },
  check: (subject) =>
    subject.kind === 'sieve-link' && subject.lostOn === 'replica'
      ? {
          facts: { master: scriptText(subject.master), replica: scriptText(subject.replica) },
          effects: ['update-replica'],
        }
      : undefined,
  message: (f) => `the replica would run no sieve script instead of ${f.master}`,
});
