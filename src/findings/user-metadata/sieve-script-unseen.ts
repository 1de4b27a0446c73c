import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const sieveScriptUnseen = defineUserMetadataFinding({
  code: 'sieve-script-unseen',
  class: 'admin',
  since: '0.1.0',
  title: 'Sieve script differs and is not sent',
  why: "Both sides have a sieve script of this name with other content, and the replica's file is not older than the master's. Cyrus 2.4 compares nothing but these times.",
  replication: 'Nothing: the sides differ until the script is changed on the master.',
  remedy:
    'Compare the two and store the right one on the master again (sieveshell or installsieve, as the user): its time is then the newer.',
  example: { script: 'vacation' },
  check: (subject) =>
    subject.kind === 'sieve-script' && subject.change === 'unseen'
      ? { facts: { script: subject.name }, effects: ['unseen'] }
      : undefined,
  message: (f) => `sieve script ${JSON.stringify(f.script)} differs, and the replica's counts as the newer one`,
});
