import { defineUserMetadataFinding, scriptText } from './user-metadata-subject.js';

export const sieveActiveDiffers = defineUserMetadataFinding({
  code: 'sieve-active-differs',
  class: 'admin',
  since: '0.1.0',
  title: 'The two sides run different sieve scripts, and replication does not see it',
  why: 'What is run at delivery is what the link defaultbc in the directory of the scripts names. Replication carries the mark in #sieve and not the link. It goes missing when the mark moved to an older script before (see sieve-active-lost-on-replica), or when the directory was lost or copied in part.',
  replication: 'Nothing: sync_client exits 0, and the links stay as they are.',
  remedy:
    'On the side whose link is wrong or missing: deactivate and activate the script (sieveshell, as the user). On a replica that takes no logins do it on the master, with a sync_client -u USER after each of the two steps.',
  example: { master: '"work"', replica: 'none' },
  check: (subject) =>
    subject.kind === 'sieve-link' && subject.lostOn === undefined
      ? {
          facts: { master: scriptText(subject.master), replica: scriptText(subject.replica) },
          effects: ['unseen'],
        }
      : undefined,
  message: (f) => `active sieve script is ${f.master} on the master and ${f.replica} on the replica`,
});
