/**
 * What repairs lost or damaged metadata of a mailbox without taking anything from the other side. Tried with 3.6.1: after
 * reconstruct alone the next replication gave the other side messages without flags and a new uidvalidity.
 */
export const METADATA_FROM_OTHER_SIDE =
  'With both servers stopped keep a copy of the directory (mbpath -m MAILBOX shows it), and copy cyrus.index and cyrus.header of this mailbox from the other side, where the uniqueid is the same; on the replica copy all files of the directory. Then run reconstruct MAILBOX on this side, which adds the messages that the copied index does not have; flags that were changed and messages that were expunged here since the last replication are as before. Start both and audit again before replication runs. Do not run reconstruct on a lost index or header alone: it makes an index without flags under a new uidvalidity, and replication carries both to the other side.';
