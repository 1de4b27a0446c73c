import { defineFileFinding } from './file-subject.js';

export const unclaimedMessageFile = defineFileFinding({
  code: 'unclaimed-message-file',
  class: 'safe',
  since: '0.1.0',
  title: 'Message file without a record',
  why: 'The directory has a message file that no record of the index claims: a delivery that a crash cut off, or the file of a record that was lost.',
  replication: 'None. The file is not looked at.',
  remedy:
    'Look at the file. reconstruct MAILBOX on this side brings it back as a new message; move it away when it is not wanted.',
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/9.' },
  check: ({ side, problem, uid, path }) =>
    problem === 'unclaimed' ? { side, uid, facts: { path }, effects: ['none'] } : undefined,
  message: (f) => `${f.path} belongs to no record`,
});
