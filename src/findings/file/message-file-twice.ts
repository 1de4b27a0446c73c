import { defineFileFinding } from './file-subject.js';

export const messageFileTwice = defineFileFinding({
  code: 'message-file-twice',
  class: 'safe',
  since: '0.1.0',
  title: 'Message file in the spool and in the archive',
  why: 'Archiving copies a message and then removes it from where it was; a crash in between leaves two. The flag of the record says which one is read; the other only takes room.',
  replication: 'Only the one is read that the record points to.',
  remedy: 'Remove the file that is named here; the record points to the other one.',
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/9.' },
  check: ({ side, problem, uid, path }) =>
    problem === 'twice' ? { side, uid, facts: { path }, effects: ['none'] } : undefined,
  message: (f) => `${f.path} lies elsewhere too`,
});
