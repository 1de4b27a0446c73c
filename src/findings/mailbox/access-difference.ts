import type { MailboxSubject } from './mailbox-subject.js';

export interface AccessDifference {
  readonly field: 'acl' | 'options';
  readonly master: string;
  readonly replica: string;
  /** The replica may have changed it last, and its value would be replaced. */
  readonly lost: boolean;
}

/** ACL and options that differ, and whether the value of the replica may be the newer one. That of a copy which only the
 *  replica has deleted counts for nobody, and often was changed for the delete: an administrator gives himself the right. */
export function accessDifferences({ master, replica, lowerBound }: MailboxSubject): readonly AccessDifference[] {
  if (master?.head === undefined || replica?.head === undefined) return [];
  if (replica.isDeleted && !master.isDeleted) return [];
  const { head: m } = master;
  const { head: r } = replica;
  const newerEntry = m.foldermodseq > r.foldermodseq;
  // Options do not raise the foldermodseq in every release: a replica that was not touched since the common state lags.
  const replicaUntouched = r.highestmodseq <= lowerBound && m.highestmodseq > r.highestmodseq;
  const differences: AccessDifference[] = [];
  if (m.acl !== r.acl) {
    differences.push({ field: 'acl', master: readable(m.acl), replica: readable(r.acl), lost: !newerEntry });
  }
  if (m.options !== r.options) {
    differences.push({
      field: 'options',
      master: String(m.options),
      replica: String(r.options),
      lost: !newerEntry && !replicaUntouched,
    });
  }
  return differences;
}

const readable = (acl: string): string => acl.replaceAll('\t', ' ').trim();
