import { copyWords, damaged, defineFileFinding } from './file-subject.js';

export const messageFileAltered = defineFileFinding({
  code: 'message-file-altered',
  class: 'admin',
  since: '0.1.0',
  title: 'Message file is not the message of its record',
  why: 'The SHA-1 of the file is not the GUID of the record: bit rot, or a file that was overwritten.',
  replication:
    'Never noticed when the record is already replicated. If it is not, the upload is refused and this user fails on every run.',
  remedy:
    'Copy the file that is named as intact (same GUID), or that of a backup, into its place (owner cyrus, mode 600), and audit again with --level content.',
  example: {
    path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/2.',
    expected: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
    found: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
    copy: '/replica/spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/2.',
  },
  check: (file) =>
    file.problem === 'guid'
      ? damaged(file, { path: file.path, expected: file.expected, found: file.found })
      : undefined,
  message: (f) => `${f.path}: expected SHA-1 ${f.expected}, found ${f.found}; ${copyWords(f.copy)}`,
});
