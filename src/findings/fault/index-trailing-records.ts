import { defineFaultFinding } from '../define.js';

export const indexTrailingRecords = defineFaultFinding({
  code: 'index-trailing-records',
  class: 'safe',
  since: '0.1.0',
  faults: ['index-trailing-records'],
  effects: ['none'],
  title: 'Bytes behind the last record of cyrus.index',
  why: 'A crash during an append leaves records that the header does not count yet. Cyrus ignores them.',
  replication: 'None.',
  remedy: 'Nothing. The next append overwrites them.',
});
