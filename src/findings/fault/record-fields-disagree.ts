import { defineFaultFinding } from '../define.js';

export const recordFieldsDisagree = defineFaultFinding({
  code: 'record-fields-disagree',
  class: 'safe',
  since: '0.1.0',
  faults: ['record-header-size', 'record-createdmodseq', 'record-cleanup-not-unlinked'],
  effects: ['none'],
  title: 'Fields of a record contradict each other',
  why: 'A header cannot be longer than its message, a record cannot be made after its last change, and only an unlinked record waits for its cleanup. Cyrus does not write such a record.',
  replication:
    'Sizes of headers and marks for a cleanup are not compared. createdmodseq is: the record is sent with it when the sides differ.',
  remedy:
    'Run reconstruct MAILBOX on this side: it reads the message again. When more findings of this machine look like it, suspect its memory or disks.',
});
