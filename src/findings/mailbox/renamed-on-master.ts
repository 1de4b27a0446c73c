import type { MailboxSideFacts, MailboxSubject } from './mailbox-subject.js';

/**
 * True when the master's name is the newer one. Entries of 3.0 and later carry a foldermodseq; before that a rename gave
 * the mailbox a new uidvalidity (2.4, 2.5), and an entry of 2.5 tells when it was written.
 */
export function renamedOnMaster(master: MailboxSideFacts, replica: MailboxSideFacts): boolean {
  const { mbentry: m } = master;
  const { mbentry: r } = replica;
  if (m.foldermodseq !== undefined || r.foldermodseq !== undefined)
    return (m.foldermodseq ?? 0) > (r.foldermodseq ?? 0);
  if (m.mtime !== undefined && r.mtime !== undefined && m.mtime !== r.mtime) return m.mtime > r.mtime;
  return (master.head?.uidvalidity ?? 0) > (replica.head?.uidvalidity ?? 0);
}

/** What is told of a live mailbox of the replica that replication moves into DELETED, as the master has; undefined = it does not. */
export function deleteThatIsCarried({
  master,
  replica,
  renameNeedsLog,
  renameIsLogged,
  userAbsentOnMaster,
}: MailboxSubject): { readonly facts: DeletedNames; readonly isOverruled: boolean } | undefined {
  if (master?.isDeleted !== true || replica?.isDeleted !== false) return undefined;
  if ((renameNeedsLog || userAbsentOnMaster) && !renameIsLogged) return undefined;
  return {
    facts: { replicaName: replica.mbentry.mboxname, masterName: master.mbentry.mboxname },
    isOverruled: isDeleteOverruled(master, replica),
  };
}

interface DeletedNames {
  readonly replicaName: string;
  readonly masterName: string;
}

/**
 * True when the replica's entry of a mailbox that the master has deleted is newer than the delete. An entry with a
 * foldermodseq and one without cannot be compared: before 3.0 there was none.
 */
export function isDeleteOverruled(master: MailboxSideFacts, replica: MailboxSideFacts): boolean {
  const isComparable = (master.mbentry.foldermodseq === undefined) === (replica.mbentry.foldermodseq === undefined);
  return isComparable && renamedOnMaster(replica, master);
}
