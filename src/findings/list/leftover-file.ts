import { defineListFinding } from './list-subject.js';

export const leftoverFile = defineListFinding({
  code: 'leftover-file',
  class: 'safe',
  since: '0.1.0',
  title: 'An unfinished or staged file was left behind',
  why: 'Cyrus writes a new file beside the old one and renames it, and stages messages before it puts them into mailboxes. This file is older than any such work takes: it is never read again. A crash leaves such files, and sync_client what it copied back to the master (sync./PID).',
  replication: 'None. The file is not looked at.',
  remedy:
    'Remove the file, unless another finding names it as the intact copy of a message. When there are many outside of sync., look in the system log for what crashed.',
  example: { path: 'conf/mailboxes.db.NEW' },
  check: (s) => (s.kind === 'leftover' ? { side: s.side, facts: { path: s.path }, effects: ['none'] } : undefined),
  message: (f) => f.path,
});
