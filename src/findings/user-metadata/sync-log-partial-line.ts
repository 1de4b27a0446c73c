import { definePendingLogFinding } from './pending-log-subject.js';

export const syncLogPartialLine = definePendingLogFinding({
  code: 'sync-log-partial-line',
  class: 'safe',
  since: '0.1.0',
  title: 'The last line of the pending log is not complete',
  why: 'The line was being written, or a crash or a full disk cut it. It was judged as if it were not there: what only it could carry has a finding of its own.',
  replication: 'sync_client ignores the line. What it named is synced with its user.',
  remedy: 'Nothing, unless the disk was full: then see that it has room again.',
  example: { channel: '', file: 'conf/sync/log', offset: 120, line: '"MAILBOX user.fr"' },
  check: ({ fault, channel }) =>
    fault.code === 'sync-log-partial-line'
      ? {
          side: 'master',
          facts: { channel: channel ?? '', file: fault.file, offset: fault.offset ?? 0, line: fault.actual ?? '' },
          effects: ['none'],
        }
      : undefined,
  message: (f) => `${f.file} at byte ${String(f.offset)}: ${f.line}`,
});
