import { definePendingLogFinding } from './pending-log-subject.js';

export const syncLogLineUnreadable = definePendingLogFinding({
  code: 'sync-log-line-unreadable',
  class: 'admin',
  since: '0.1.0',
  title: 'A line of the pending log cannot be read',
  why: 'A line of the log is not what Cyrus writes. If it carried the rename or the delete of a user, nothing else does.',
  replication: 'sync_client logs "Invalid input" or "Garbage at end of input line", skips the line and goes on.',
  remedy:
    'Look at the line (cyraudit inspect FILE). Put it right or, after making sure that it carried no rename or delete, remove it, with sync_client stopped. Then look at the disk and the system log: nothing but damage or a hand writes such lines.',
  example: { channel: '', file: 'conf/sync/log', offset: 120, line: '"\\u0000\\u0000\\u0000"' },
  check: ({ fault, channel }) =>
    fault.code === 'sync-log-line'
      ? {
          side: 'master',
          facts: { channel: channel ?? '', file: fault.file, offset: fault.offset ?? 0, line: fault.actual ?? '' },
          effects: ['none'],
        }
      : undefined,
  message: (f) => `${f.file} at byte ${String(f.offset)}: ${f.line}`,
});
