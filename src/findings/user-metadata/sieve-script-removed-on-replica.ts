import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const sieveScriptRemovedOnReplica = defineUserMetadataFinding({
  code: 'sieve-script-removed-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Sieve script only on the replica',
  why: 'The replica has a sieve script that the master does not have. Either it was made on the replica, or it was deleted on the master and nothing says so, or the master lost it. The disk cannot tell which.',
  replication:
    'The script is deleted on the replica: by sync_client up to 3.4; from 3.6 on by sync_server, which clears the directory of a user whenever he is looked up (sync_client -u, -A), without a line in the log.',
  remedy:
    'Copy the .script file away from the replica first. If the user wants the script, store it on the master (sieveshell or installsieve, as the user) before replication runs. If he gave it up, let replication run.',
  example: { script: 'vacation' },
  check: (subject) =>
    subject.kind === 'sieve-script' && !subject.isLag && subject.change === 'only-on-replica'
      ? { facts: { script: subject.name }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) => `sieve script ${JSON.stringify(f.script)} would be deleted on the replica`,
});
