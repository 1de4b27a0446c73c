import { defineFaultFinding } from '../define.js';

export const headerFileCrcStale = defineFaultFinding({
  code: 'header-file-crc-stale',
  class: 'safe',
  since: '0.1.0',
  faults: ['header-file-crc'],
  effects: ['none'],
  title: 'cyrus.header is not the one the index was written with',
  why: 'The index header keeps a checksum of cyrus.header; a crash between the two writes leaves it old.',
  replication: 'Only logged by Cyrus.',
  remedy: 'Nothing; it is written again with the next change of flags names or ACL.',
});
