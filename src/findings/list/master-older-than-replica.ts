import { defineListFinding } from './list-subject.js';

const MIN_UNITS = 5;
/** One in so many of all: mail that comes in while the sides are read makes a few look newer on the replica. */
const SHARE_OF_ALL = 10;

export const masterOlderThanReplica = defineListFinding({
  code: 'master-older-than-replica',
  class: 'halt',
  since: '0.1.0',
  title: 'The master as a whole is older than the replica',
  why: 'Of the users that differ more than half (at least 5, and more than a tenth of all) have a mailbox whose highestmodseq and last_uid are both higher on the replica, or in which the replica holds a message under a UID that the master gave to another one. A master restored from an older copy looks like that; so does a replica that was in service for a while, and a pair named in the wrong order.',
  replication:
    'Newer mail and flags come back from the replica, but what was expunged since is live again or hits other messages, new messages get UIDs that the replica has used, and mailboxes made since never come back.',
  remedy:
    'Do not start replication. Make sure that the first side named is the master. Find out when the master was restored, or when the replica was in service. If the replica has the newer state, make it the master: swap the roles, and let cyraudit compare REPLICA MASTER say first what replication in that direction would do. What this master has taken in since shows there as messages only on the replica: save what would be lost.',
  example: { users: 200, differing: 140, newer: 133 },
  check: (s) =>
    s.kind === 'newer' && s.newer >= MIN_UNITS && s.newer * 2 > s.differing && s.newer * SHARE_OF_ALL > s.units
      ? {
          side: 'master',
          facts: { users: s.units, differing: s.differing, newer: s.newer },
          effects: ['copy-back-to-master', 'renumber'],
        }
      : undefined,
  message: (f) =>
    `${String(f.newer)} of the ${String(f.differing)} users that differ, of ${String(f.users)}, have mail on the replica that this master does not know`,
});
