import { defineListFinding } from './list-subject.js';

export const mboxlistNeedsRecovery = defineListFinding({
  code: 'mboxlist-needs-recovery',
  class: 'safe',
  since: '0.1.0',
  title: 'The mailbox list was not closed cleanly',
  why: 'A crash, or a server at work, left an unfinished transaction behind the committed end of mailboxes.db. The committed content is whole and was audited.',
  replication: 'Cyrus recovers the file when it opens it.',
  remedy: 'Nothing; the next start of Cyrus (ctl_cyrusdb -r) cleans it.',
  example: { file: 'conf/mailboxes.db', what: 'db-dirty' },
  check: (s) =>
    s.kind === 'fault' && (s.fault.code === 'db-dirty' || s.fault.code === 'db-trailing-bytes')
      ? { side: s.side, facts: { file: s.fault.file, what: s.fault.code }, effects: ['none'] }
      : undefined,
  message: (f) => `${f.file}: ${f.what === 'db-dirty' ? 'marked dirty' : 'bytes behind the committed end'}`,
});
