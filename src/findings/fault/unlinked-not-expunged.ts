import { METADATA_FROM_OTHER_SIDE } from '../metadata-from-other-side.js';
import { defineFaultFinding } from '../define.js';

export const unlinkedNotExpunged = defineFaultFinding({
  code: 'unlinked-not-expunged',
  class: 'admin',
  since: '0.1.0',
  faults: ['record-unlinked-not-expunged'],
  title: 'A record is unlinked but not expunged',
  why: 'No code path of Cyrus writes that: the flags are damaged, and the message file may be gone.',
  replication: 'The message counts as live but its file is not sent.',
  remedy: `Look at the mailbox with cyraudit inspect. ${METADATA_FROM_OTHER_SIDE}`,
});
