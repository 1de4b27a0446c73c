import { defineFileFinding } from './file-subject.js';

export const leftoverInMailbox = defineFileFinding({
  code: 'leftover-in-mailbox',
  class: 'safe',
  since: '0.1.0',
  title: 'A crash left an unfinished file in a mailbox',
  why: 'Cyrus writes a new file beside the old one and renames it. This one is older than that takes: it is never read again.',
  replication: 'None. The file is not looked at.',
  remedy:
    'Remove the file. Only a cyrus.cache.NEW is worth a look: together with cache-repack-interrupted it is the right cache, and reconstruct MAILBOX makes that anew.',
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/cyrus.index.NEW' },
  check: ({ side, problem, path }) =>
    problem === 'leftover' ? { side, facts: { path }, effects: ['none'] } : undefined,
  message: (f) => f.path,
});
