import { copyWords, damaged, defineFileFinding } from './file-subject.js';

export const messageFileMissing = defineFileFinding({
  code: 'message-file-missing',
  class: 'admin',
  since: '0.1.0',
  title: 'Message without its file',
  why: 'The index has a live record, and the file with the message is not there. The user sees a message that cannot be opened.',
  replication:
    'Never noticed when the record is already replicated. If it is not, the upload makes sync_server abort and this user fails on every run.',
  remedy:
    'Copy the file that is named as intact (same GUID), or that of a backup, into place (owner cyrus, mode 600). Then audit again with --level content. Do not run reconstruct before that: it drops the record, and replication then expunges the copy of the other side. Only when there is no intact copy, let reconstruct MAILBOX drop it.',
  example: {
    path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/2.',
    expected: '208 bytes',
    copy: '/replica/spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/2.',
  },
  check: (file) =>
    file.problem === 'missing' ? damaged(file, { path: file.path, expected: file.expected }) : undefined,
  message: (f) => `${f.path} is missing (${f.expected}); ${copyWords(f.copy)}`,
});
