import { defineListFinding } from './list-subject.js';

export const directoryBeingRemoved = defineListFinding({
  code: 'directory-being-removed',
  class: 'safe',
  since: '0.1.0',
  title: 'Directory of a deleted mailbox that was not removed completely',
  why: 'The index is marked as deleted by Cyrus itself: the files of a deleted mailbox were being removed when the process ended.',
  replication: 'None.',
  remedy: 'Nothing; it can be moved away when convenient.',
  example: {
    path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h',
    mboxname: 'user.fred.Old',
    uniqueid: '7unn4hc962zx7rcdridljy7h',
  },
  check: (s) =>
    s.kind === 'directory' && s.beingRemoved
      ? { side: s.side, facts: { path: s.path, mboxname: s.mboxname, uniqueid: s.uniqueid }, effects: ['none'] }
      : undefined,
  message: (f) => `${f.path} (${f.mboxname}) is the rest of a deleted mailbox`,
});
