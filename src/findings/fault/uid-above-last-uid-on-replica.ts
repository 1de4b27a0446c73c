import { defineFaultFinding } from '../define.js';

export const uidAboveLastUidOnReplica = defineFaultFinding({
  code: 'uid-above-last-uid-on-replica',
  class: 'safe',
  since: '0.1.0',
  faults: ['record-uid-above-last-uid'],
  onlyOn: 'replica',
  title: 'A record lies above last_uid on the replica',
  why: 'The index header of the replica says that this UID was never used.',
  replication: "The replica's header is written again from the master.",
  remedy: 'Nothing, as long as the replica takes no deliveries of its own.',
});
