import { defineFileFinding } from './file-subject.js';

export const oddFile = defineFileFinding({
  code: 'odd-file',
  class: 'safe',
  since: '0.1.0',
  title: 'A file that is none of Cyrus lies in a mailbox',
  why: 'Its name is none that Cyrus gives to a file here. Somebody put it there, or a name was damaged: a message file UID. whose name changed is missing under its own name.',
  replication: 'None. The file is not looked at.',
  remedy:
    'Look at the file and move it away. When message-file-missing names a message of the mailbox, it may be that one.',
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/core.1234' },
  check: ({ side, problem, path }) => (problem === 'odd' ? { side, facts: { path }, effects: ['none'] } : undefined),
  message: (f) => f.path,
});
