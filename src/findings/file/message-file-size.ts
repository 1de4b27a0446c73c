import { defineFileFinding } from './file-subject.js';

export const messageFileSize = defineFileFinding({
  code: 'message-file-size',
  class: 'admin',
  since: '0.1.0',
  title: 'Message file of the wrong size',
  why: 'The file is empty, cut or longer than its record says: it is not the message that was delivered.',
  replication:
    'Never noticed when the record is already replicated. If it is not, the upload is refused and this user fails on every run.',
  remedy:
    'Compare with the file of the same GUID on the other side, put the good copy in its place, and audit again with --level content.',
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/2.', expected: '208 bytes', found: '0 bytes' },
  check: ({ side, problem, uid, path, expected, found, travels }) =>
    problem === 'empty' || problem === 'size'
      ? { side, uid, facts: { path, expected, found }, effects: [travels ? 'blocked' : 'unseen'] }
      : undefined,
  message: (f) => `${f.path}: expected ${f.expected}, found ${f.found}`,
});
