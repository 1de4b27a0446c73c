import { defineFaultFinding } from '../define.js';

export const counterStale = defineFaultFinding({
  code: 'counter-stale',
  class: 'safe',
  since: '0.1.0',
  faults: ['index-counter'],
  effects: ['none'],
  title: 'A counter in the index header is wrong',
  why: 'Counters are kept by increments; a crash or an old bug leaves them off.',
  replication: 'Not compared.',
  remedy: 'Run reconstruct MAILBOX on this side when convenient.',
});
