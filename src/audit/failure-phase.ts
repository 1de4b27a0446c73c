import type { MailboxAudit, MailboxJob } from './audit-mailbox.js';
import { isOpenable, type ReadMailbox } from './read-mailbox.js';

/** Where replication of a user stops at a mailbox: before anything is done, at the renames, or at its turn. */
export type FailurePhase = 'open' | 'rename' | 'content';

/** undefined = replication gets past it. */
export function failurePhase(job: MailboxJob, { subject, isStuck }: MailboxAudit): FailurePhase | undefined {
  if (Object.values(job.sides).some((mailbox) => !isOpenable(mailbox))) return 'open';
  // Client and server look at each record of all mailboxes of a user before they begin. Source:
  // sync_mailbox_version_check, imap/sync_support.c 3.6.1.
  if (Object.values(job.sides).some(hasBadRecords)) return 'open';
  const { hazards, annotatedSent } = subject;
  const values = [...(subject.replica?.head?.annotations.values() ?? [])];
  if (hazards.cannotParseBackslash && values.some((value) => value.includes('\\'))) return 'open';
  const {
    renameTargetTaken,
    renameNeedsLog,
    renameIsLogged,
    master,
    replica,
    conflict,
    uniqueidUsedBy,
    replicaPartitions,
  } = subject;
  const partition = master?.mbentry.partition;
  const partitionUnknown =
    partition !== undefined && partition !== replica?.mbentry.partition && !replicaPartitions.includes(partition);
  if (replica !== undefined && (renameTargetTaken || (renameNeedsLog && !renameIsLogged) || partitionUnknown))
    return 'rename';
  const typeDiffers =
    master !== undefined && replica !== undefined && master.mbentry.mbtype.kind !== replica.mbentry.mbtype.kind;
  if (
    conflict?.refused === true ||
    (hazards.refusesMessageAnnotations && annotatedSent > 0) ||
    uniqueidUsedBy !== undefined ||
    partitionUnknown ||
    typeDiffers ||
    isStuck
  )
    return 'content';
  return undefined;
}

const hasBadRecords = ({ faults }: ReadMailbox): boolean =>
  faults.some(({ code }) => code === 'record-crc' || code === 'record-null-guid');
