import { copyWords, damaged, defineFileFinding } from './file-subject.js';

export const messageFileSize = defineFileFinding({
  code: 'message-file-size',
  class: 'admin',
  since: '0.1.0',
  title: 'Message file of the wrong size',
  why: 'The file is empty, cut or longer than its record says: it is not the message that was delivered.',
  replication:
    'Never noticed when the record is already replicated. If it is not, the upload is refused and this user fails on every run.',
  remedy:
    'Copy the file that is named as intact (same GUID), or that of a backup, into its place (owner cyrus, mode 600), and audit again with --level content.',
  example: {
    path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/2.',
    expected: '208 bytes',
    found: '0 bytes',
    copy: '/replica/spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/2.',
  },
  check: (file) =>
    file.problem === 'empty' || file.problem === 'size'
      ? damaged(file, { path: file.path, expected: file.expected, found: file.found })
      : undefined,
  message: (f) => `${f.path}: expected ${f.expected}, found ${f.found}; ${copyWords(f.copy)}`,
});
