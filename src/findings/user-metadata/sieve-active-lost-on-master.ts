import { defineUserMetadataFinding, scriptText } from './user-metadata-subject.js';

export const sieveActiveLostOnMaster = defineUserMetadataFinding({
  code: 'sieve-active-lost-on-master',
  class: 'admin',
  since: '0.1.0',
  title: 'The master would stop running the sieve script of the user',
  why: 'The user activated another script on the replica, one that is older than the one that is active on the master. The mark of the active script is copied back, and while it moves to the lower UID the master first sets the link defaultbc and then removes it. Mail of the user is filtered by no script from then on, although one is marked as active. Seen with 3.6.1; the code is the same up to 3.13.',
  replication: 'The marks in #sieve agree afterwards; the link on the master is gone, with exit status 0.',
  remedy:
    'Before replication runs, activate the same script on the master as on the replica (sieveshell, as the user: activate SCRIPT), then let it run. When it has run: deactivate and activate the script on the master.',
  example: { master: '"holidays"', replica: '"work"' },
  check: (subject) =>
    subject.kind === 'sieve-link' && subject.lostOn === 'master'
      ? {
          facts: { master: scriptText(subject.master), replica: scriptText(subject.replica) },
          effects: ['update-master'],
        }
      : undefined,
  message: (f) => `the master would run no sieve script instead of ${f.master}`,
});
