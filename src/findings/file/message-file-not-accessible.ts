import { defineFileFinding } from './file-subject.js';

export const messageFileNotAccessible = defineFileFinding({
  code: 'message-file-not-accessible',
  class: 'admin',
  since: '0.1.0',
  title: 'The server may not read a message file',
  why: 'The file belongs to somebody else than the server runs as (the owner of configdirectory), and its mode does not let that user read it: it was restored or copied as root. The user sees a message that cannot be opened.',
  replication:
    'Never noticed when the record is already replicated. If it is not, the upload fails, and this user with it on every run.',
  remedy: 'chown cyrus:mail FILE and chmod 600 FILE, and look at what else was restored with it. Audit again.',
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/2.', found: 'mode 0600 of uid 0, gid 0' },
  check: ({ side, problem, uid, path, found, travels }) =>
    problem === 'closed' ? { side, uid, facts: { path, found }, effects: [travels ? 'blocked' : 'unseen'] } : undefined,
  message: (f) => `${f.path}: the server may not read it (${f.found})`,
});
