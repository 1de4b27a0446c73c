/** Every finding there is. A finding that is not listed here is not looked for. */
import type { CheckedFinding, FaultFinding, FaultSubject, FindingKind } from './define.js';
import { annotationStray } from './fault/annotation-stray.js';
import { annotationsDatabaseDamaged } from './fault/annotations-database-damaged.js';
import { annotationsDamaged } from './fault/annotations-damaged.js';
import { cacheGenerationMismatch } from './fault/cache-generation-mismatch.js';
import { cacheMissing } from './fault/cache-missing.js';
import { cacheRecordDamaged } from './fault/cache-record-damaged.js';
import { cacheRecordOutside } from './fault/cache-record-outside.js';
import { cacheRecordsOverlap } from './fault/cache-records-overlap.js';
import { cacheRepackInterrupted } from './fault/cache-repack-interrupted.js';
import { counterStale } from './fault/counter-stale.js';
import { databaseNeedsRecovery } from './fault/database-needs-recovery.js';
import { deletedmodseqAboveHighestmodseq } from './fault/deletedmodseq-above-highestmodseq.js';
import { flagNameOneBitOff } from './fault/flag-name-one-bit-off.js';
import { flagNameTwice } from './fault/flag-name-twice.js';
import { headerFileCrcStale } from './fault/header-file-crc-stale.js';
import { headerUnreadable } from './fault/header-unreadable.js';
import { recentuidAboveLastUid } from './fault/recentuid-above-last-uid.js';
import { indexEmpty } from './fault/index-empty.js';
import { indexTrailingRecords } from './fault/index-trailing-records.js';
import { indexMarkedDeleted } from './fault/index-marked-deleted.js';
import { indexUnreadable } from './fault/index-unreadable.js';
import { indexVersionRefused } from './fault/index-version-refused.js';
import { mailboxDatabaseDamaged } from './fault/mailbox-database-damaged.js';
import { mailboxNotAccessible } from './fault/mailbox-not-accessible.js';
import { mailboxNotWritable } from './fault/mailbox-not-writable.js';
import { mbentryUnreadable } from './fault/mbentry-unreadable.js';
import { modseqAboveHighestmodseq } from './fault/modseq-above-highestmodseq.js';
import { nullGuid } from './fault/null-guid.js';
import { recordCrcMismatch } from './fault/record-crc-mismatch.js';
import { recordFieldsDisagree } from './fault/record-fields-disagree.js';
import { syncCrcStale } from './fault/sync-crc-stale.js';
import { uidAboveLastUidOnReplica } from './fault/uid-above-last-uid-on-replica.js';
import { uidAboveLastUid } from './fault/uid-above-last-uid.js';
import { uidOrder } from './fault/uid-order.js';
import { uidvalidityZero } from './fault/uidvalidity-zero.js';
import { undefinedOption } from './fault/undefined-option.js';
import { undefinedSystemFlag } from './fault/undefined-system-flag.js';
import { unlinkedNotExpunged } from './fault/unlinked-not-expunged.js';
import { unnamedUserFlag } from './fault/unnamed-user-flag.js';
import { leftoverInMailbox } from './file/leftover-in-mailbox.js';
import { messageFileAltered } from './file/message-file-altered.js';
import { messageFileMissing } from './file/message-file-missing.js';
import { messageFileNotAccessible } from './file/message-file-not-accessible.js';
import { messageFileSize } from './file/message-file-size.js';
import { messageFileTwice } from './file/message-file-twice.js';
import { oddFile } from './file/odd-file.js';
import { unclaimedMessageFile } from './file/unclaimed-message-file.js';
import type { FileSubject } from './file/file-subject.js';
import type { HardwareSubject } from './hardware/hardware-subject.js';
import { hardwareSuspected } from './hardware/hardware-suspected.js';
import { unstableRead } from './hardware/unstable-read.js';
import { archivePartitionEmpty } from './list/archive-partition-empty.js';
import { directoryBeingRemoved } from './list/directory-being-removed.js';
import { entryLostOnReplica } from './list/entry-lost-on-replica.js';
import { entryLostTolerated } from './list/entry-lost-tolerated.js';
import { entryLost } from './list/entry-lost.js';
import { inboxMissingOnReplica } from './list/inbox-missing-on-replica.js';
import { inboxMissing } from './list/inbox-missing.js';
import { leftoverFile } from './list/leftover-file.js';
import { masterOlderThanReplica } from './list/master-older-than-replica.js';
import { mboxlistDamaged } from './list/mboxlist-damaged.js';
import { mboxlistDistrusted } from './list/mboxlist-distrusted.js';
import { mboxlistDoubtful } from './list/mboxlist-doubtful.js';
import { mboxlistEmpty } from './list/mboxlist-empty.js';
import { mboxlistMissing } from './list/mboxlist-missing.js';
import { mboxlistNeedsRecovery } from './list/mboxlist-needs-recovery.js';
import { messagesVanishedOnMaster } from './list/messages-vanished-on-master.js';
import { metapartitionEmpty } from './list/metapartition-empty.js';
import { orphanDirectory } from './list/orphan-directory.js';
import { partitionEmpty } from './list/partition-empty.js';
import { partitionFilesGone } from './list/partition-files-gone.js';
import { reverseAclRowStray } from './list/reverse-acl-row-stray.js';
import { serverFilesNotAccessible } from './list/server-files-not-accessible.js';
import { tombstoneOverLiveDirectory } from './list/tombstone-over-live-directory.js';
import { uniqueidInTwoNamesOnReplica } from './list/uniqueid-in-two-names-on-replica.js';
import { uniqueidInTwoNames } from './list/uniqueid-in-two-names.js';
import { unuserWouldDestroyUser } from './list/unuser-would-destroy-user.js';
import type { ListSubject } from './list/list-subject.js';
import { aclLostOnReplica } from './mailbox/acl-lost-on-replica.js';
import { aclPending } from './mailbox/acl-pending.js';
import { blockedByMailbox } from './mailbox/blocked-by-mailbox.js';
import { copyOfEntryStale } from './mailbox/copy-of-entry-stale.js';
import { deleteNotLogged } from './mailbox/delete-not-logged.js';
import { deletedMailboxOnlyOnReplica } from './mailbox/deleted-mailbox-only-on-replica.js';
import { emptyMailboxDeleted } from './mailbox/empty-mailbox-deleted.js';
import { emptyReplicaMailboxReplaced } from './mailbox/empty-replica-mailbox-replaced.js';
import { headerDisagreesWithList } from './mailbox/header-disagrees-with-list.js';
import { headerValuesDiffer } from './mailbox/header-values-differ.js';
import { indexRecreatedOnMaster } from './mailbox/index-recreated-on-master.js';
import { mailboxAnnotationUnparsable } from './mailbox/mailbox-annotation-unparsable.js';
import { mailboxAnnotationsDropped } from './mailbox/mailbox-annotations-dropped.js';
import { mailboxAnnotationsLost } from './mailbox/mailbox-annotations-lost.js';
import { mailboxAnnotationsNotCarried } from './mailbox/mailbox-annotations-not-carried.js';
import { mailboxAnnotationsPending } from './mailbox/mailbox-annotations-pending.js';
import { mailboxDeletedOnMaster } from './mailbox/mailbox-deleted-on-master.js';
import { mailboxDeletedOnReplica } from './mailbox/mailbox-deleted-on-replica.js';
import { mailboxDestroyedWithoutTombstone } from './mailbox/mailbox-destroyed-without-tombstone.js';
import { mailboxDirectoryMissing } from './mailbox/mailbox-directory-missing.js';
import { mailboxFileMissing } from './mailbox/mailbox-file-missing.js';
import { mailboxOnlyOnMaster } from './mailbox/mailbox-only-on-master.js';
import { mailboxOnlyOnReplica } from './mailbox/mailbox-only-on-replica.js';
import { mailboxRenamedOnReplica } from './mailbox/mailbox-renamed-on-replica.js';
import { mailboxRenamed } from './mailbox/mailbox-renamed.js';
import { mailboxTypeDiffers } from './mailbox/mailbox-type-differs.js';
import { mailboxUndeletedOnReplica } from './mailbox/mailbox-undeleted-on-replica.js';
import { messageAnnotationsRefused } from './mailbox/message-annotations-refused.js';
import { nameHeldOnReplica } from './mailbox/name-held-on-replica.js';
import { partitionDiffers } from './mailbox/partition-differs.js';
import { partitionUnknownOnReplica } from './mailbox/partition-unknown-on-replica.js';
import { quotarootOfMailboxWrong } from './mailbox/quotaroot-of-mailbox-wrong.js';
import { renameNotLogged } from './mailbox/rename-not-logged.js';
import { renameTargetTaken } from './mailbox/rename-target-taken.js';
import { replicaMailboxDestroyed } from './mailbox/replica-mailbox-destroyed.js';
import { replicaMailboxSettingsLost } from './mailbox/replica-mailbox-settings-lost.js';
import { reverseAclRowMissing } from './mailbox/reverse-acl-row-missing.js';
import { uidvalidityHigherOnMaster } from './mailbox/uidvalidity-higher-on-master.js';
import { uidvalidityHigherOnReplica } from './mailbox/uidvalidity-higher-on-replica.js';
import { uniqueidConflict } from './mailbox/uniqueid-conflict.js';
import { uniqueidInUseOnReplica } from './mailbox/uniqueid-in-use-on-replica.js';
import { uniqueidRowDiffers } from './mailbox/uniqueid-row-differs.js';
import { uniqueidRowLost } from './mailbox/uniqueid-row-lost.js';
import type { MailboxSubject } from './mailbox/mailbox-subject.js';
import { cleanedExpungePending } from './record/cleaned-expunge-pending.js';
import { copybackRefused } from './record/copyback-refused.js';
import { deleteOverridesReplicaChange } from './record/delete-overrides-replica-change.js';
import { expungeBeatsOtherMessage } from './record/expunge-beats-other-message.js';
import { expungeOverridesReplicaChange } from './record/expunge-overrides-replica-change.js';
import { expungePending } from './record/expunge-pending.js';
import { expungeUnseen } from './record/expunge-unseen.js';
import { expungedOnReplicaOnly } from './record/expunged-on-replica-only.js';
import { flagsCopiedBack } from './record/flags-copied-back.js';
import { flagsLostOnMaster } from './record/flags-lost-on-master.js';
import { flagsLostOnReplica } from './record/flags-lost-on-replica.js';
import { flagsPending } from './record/flags-pending.js';
import { guidMismatchOneExpunged } from './record/guid-mismatch-one-expunged.js';
import { guidMismatchUnseen } from './record/guid-mismatch-unseen.js';
import { guidMismatch } from './record/guid-mismatch.js';
import { holeOnMasterUnseen } from './record/hole-on-master-unseen.js';
import { holeOnReplicaUnseen } from './record/hole-on-replica-unseen.js';
import { messageAnnotationsLostOnMaster } from './record/message-annotations-lost-on-master.js';
import { recordCopiedBackRenumbered } from './record/record-copied-back-renumbered.js';
import { recordCopiedBackTwice } from './record/record-copied-back-twice.js';
import { recordDiffersUnseen } from './record/record-differs-unseen.js';
import { recordDiscardedOnReplica } from './record/record-discarded-on-replica.js';
import { recordFieldsDiffer } from './record/record-fields-differ.js';
import { recordLostToDeletedMailbox } from './record/record-lost-to-deleted-mailbox.js';
import { recordOnlyOnMaster } from './record/record-only-on-master.js';
import { recordOnlyOnReplica } from './record/record-only-on-replica.js';
import { recordRenumbered } from './record/record-renumbered.js';
import type { RecordSubject } from './record/record-subject.js';
import { serverAnnotationsLostOnReplica } from './server/server-annotations-lost-on-replica.js';
import { serverAnnotationsNotCarried } from './server/server-annotations-not-carried.js';
import { serverAnnotationsPending } from './server/server-annotations-pending.js';
import type { ServerAnnotationsSubject } from './server/server-annotations-subject.js';
import { userDeleteNotLogged } from './user/user-delete-not-logged.js';
import { userDeletedOnMaster } from './user/user-deleted-on-master.js';
import { userOnlyOnReplica } from './user/user-only-on-replica.js';
import { userWipedBySync } from './user/user-wiped-by-sync.js';
import type { UserSubject } from './user/user-subject.js';
import type { PendingLogSubject } from './user-metadata/pending-log-subject.js';
import { davDatabaseDamaged } from './user-metadata/dav-database-damaged.js';
import { quotaLimitDiffers } from './user-metadata/quota-limit-differs.js';
import { quotaLimitPending } from './user-metadata/quota-limit-pending.js';
import { quotaUsageWrong } from './user-metadata/quota-usage-wrong.js';
import { quotarootMissingOnReplica } from './user-metadata/quotaroot-missing-on-replica.js';
import { quotarootOnlyOnReplica } from './user-metadata/quotaroot-only-on-replica.js';
import { quotarootPending } from './user-metadata/quotaroot-pending.js';
import { quotarootRemovalPending } from './user-metadata/quotaroot-removal-pending.js';
import { seenLostOnReplica } from './user-metadata/seen-lost-on-replica.js';
import { seenOnlyOnReplica } from './user-metadata/seen-only-on-replica.js';
import { seenPending } from './user-metadata/seen-pending.js';
import { sieveActiveDiffers } from './user-metadata/sieve-active-differs.js';
import { sieveActiveLostOnMaster } from './user-metadata/sieve-active-lost-on-master.js';
import { sieveActiveLostOnReplica } from './user-metadata/sieve-active-lost-on-replica.js';
import { sieveActiveOverwrittenOnReplica } from './user-metadata/sieve-active-overwritten-on-replica.js';
import { sieveActivePending } from './user-metadata/sieve-active-pending.js';
import { sieveScriptOverwrittenOnReplica } from './user-metadata/sieve-script-overwritten-on-replica.js';
import { sieveScriptPending } from './user-metadata/sieve-script-pending.js';
import { sieveScriptRemovalPending } from './user-metadata/sieve-script-removal-pending.js';
import { sieveScriptRemovedOnReplica } from './user-metadata/sieve-script-removed-on-replica.js';
import { sieveScriptUnseen } from './user-metadata/sieve-script-unseen.js';
import { subscriptionPending } from './user-metadata/subscription-pending.js';
import { subscriptionRemovalPending } from './user-metadata/subscription-removal-pending.js';
import { subscriptionRemovedOnReplica } from './user-metadata/subscription-removed-on-replica.js';
import { syncLogLineUnreadable } from './user-metadata/sync-log-line-unreadable.js';
import { syncLogPartialLine } from './user-metadata/sync-log-partial-line.js';
import { userDatabaseDamaged } from './user-metadata/user-database-damaged.js';
import { userFilesNotAccessible } from './user-metadata/user-files-not-accessible.js';
import type { UserMetadataSubject } from './user-metadata/user-metadata-subject.js';

/** What the audit needs of a finding; the facts are checked where it is declared. */
type Check<S> = Pick<CheckedFinding<S>, 'code' | 'find'>;

export const FAULT_FINDINGS: readonly FaultFinding[] = [
  annotationStray,
  annotationsDamaged,
  cacheGenerationMismatch,
  cacheMissing,
  cacheRecordDamaged,
  cacheRecordOutside,
  cacheRecordsOverlap,
  cacheRepackInterrupted,
  counterStale,
  databaseNeedsRecovery,
  deletedmodseqAboveHighestmodseq,
  flagNameOneBitOff,
  flagNameTwice,
  headerFileCrcStale,
  headerUnreadable,
  recentuidAboveLastUid,
  indexEmpty,
  indexTrailingRecords,
  indexMarkedDeleted,
  indexUnreadable,
  indexVersionRefused,
  mailboxDatabaseDamaged,
  mailboxNotAccessible,
  mailboxNotWritable,
  mbentryUnreadable,
  modseqAboveHighestmodseq,
  nullGuid,
  recordCrcMismatch,
  recordFieldsDisagree,
  syncCrcStale,
  uidAboveLastUidOnReplica,
  uidAboveLastUid,
  uidOrder,
  uidvalidityZero,
  undefinedOption,
  undefinedSystemFlag,
  unlinkedNotExpunged,
  unnamedUserFlag,
];

export const FILE_FINDINGS: readonly Check<FileSubject>[] = [
  leftoverInMailbox,
  messageFileAltered,
  messageFileMissing,
  messageFileNotAccessible,
  messageFileSize,
  messageFileTwice,
  oddFile,
  unclaimedMessageFile,
];

export const LIST_FINDINGS: readonly Check<ListSubject>[] = [
  archivePartitionEmpty,
  directoryBeingRemoved,
  entryLostOnReplica,
  entryLostTolerated,
  entryLost,
  inboxMissingOnReplica,
  inboxMissing,
  leftoverFile,
  masterOlderThanReplica,
  mboxlistDamaged,
  mboxlistDistrusted,
  mboxlistDoubtful,
  mboxlistEmpty,
  mboxlistMissing,
  mboxlistNeedsRecovery,
  messagesVanishedOnMaster,
  metapartitionEmpty,
  orphanDirectory,
  partitionEmpty,
  partitionFilesGone,
  reverseAclRowStray,
  tombstoneOverLiveDirectory,
  uniqueidInTwoNamesOnReplica,
  uniqueidInTwoNames,
  unuserWouldDestroyUser,
];

export const MAILBOX_FINDINGS: readonly Check<MailboxSubject>[] = [
  aclLostOnReplica,
  aclPending,
  blockedByMailbox,
  copyOfEntryStale,
  deleteNotLogged,
  deletedMailboxOnlyOnReplica,
  emptyMailboxDeleted,
  emptyReplicaMailboxReplaced,
  headerDisagreesWithList,
  headerValuesDiffer,
  indexRecreatedOnMaster,
  mailboxAnnotationUnparsable,
  mailboxAnnotationsDropped,
  mailboxAnnotationsLost,
  mailboxAnnotationsNotCarried,
  mailboxAnnotationsPending,
  mailboxDeletedOnMaster,
  mailboxDeletedOnReplica,
  mailboxDestroyedWithoutTombstone,
  mailboxDirectoryMissing,
  mailboxFileMissing,
  mailboxOnlyOnMaster,
  mailboxOnlyOnReplica,
  mailboxRenamedOnReplica,
  mailboxRenamed,
  mailboxTypeDiffers,
  mailboxUndeletedOnReplica,
  messageAnnotationsRefused,
  partitionDiffers,
  partitionUnknownOnReplica,
  quotarootOfMailboxWrong,
  renameNotLogged,
  renameTargetTaken,
  replicaMailboxDestroyed,
  replicaMailboxSettingsLost,
  reverseAclRowMissing,
  uidvalidityHigherOnMaster,
  uidvalidityHigherOnReplica,
  uniqueidConflict,
  nameHeldOnReplica,
  uniqueidInUseOnReplica,
  uniqueidRowDiffers,
  uniqueidRowLost,
];

export const RECORD_FINDINGS: readonly Check<RecordSubject>[] = [
  cleanedExpungePending,
  copybackRefused,
  deleteOverridesReplicaChange,
  expungeBeatsOtherMessage,
  expungeOverridesReplicaChange,
  expungePending,
  expungeUnseen,
  expungedOnReplicaOnly,
  flagsCopiedBack,
  flagsLostOnMaster,
  flagsLostOnReplica,
  flagsPending,
  guidMismatchOneExpunged,
  guidMismatchUnseen,
  guidMismatch,
  holeOnMasterUnseen,
  holeOnReplicaUnseen,
  messageAnnotationsLostOnMaster,
  recordCopiedBackRenumbered,
  recordCopiedBackTwice,
  recordDiffersUnseen,
  recordDiscardedOnReplica,
  recordFieldsDiffer,
  recordLostToDeletedMailbox,
  recordOnlyOnMaster,
  recordOnlyOnReplica,
  recordRenumbered,
];

export const SERVER_FINDINGS: readonly Check<ServerAnnotationsSubject>[] = [
  serverAnnotationsLostOnReplica,
  serverAnnotationsNotCarried,
  serverAnnotationsPending,
];

export const USER_FINDINGS: readonly Check<UserSubject>[] = [
  userDeleteNotLogged,
  userDeletedOnMaster,
  userOnlyOnReplica,
  userWipedBySync,
];

export const USER_METADATA_FINDINGS: readonly Check<UserMetadataSubject>[] = [
  quotaLimitDiffers,
  quotaLimitPending,
  quotaUsageWrong,
  quotarootMissingOnReplica,
  quotarootOnlyOnReplica,
  quotarootPending,
  quotarootRemovalPending,
  seenLostOnReplica,
  seenOnlyOnReplica,
  seenPending,
  sieveActiveDiffers,
  sieveActiveLostOnMaster,
  sieveActiveLostOnReplica,
  sieveActiveOverwrittenOnReplica,
  sieveActivePending,
  sieveScriptOverwrittenOnReplica,
  sieveScriptPending,
  sieveScriptRemovalPending,
  sieveScriptRemovedOnReplica,
  sieveScriptUnseen,
  subscriptionPending,
  subscriptionRemovalPending,
  subscriptionRemovedOnReplica,
];

/** Faults in a user's own databases; the codes that a crash leaves behind are those of any database. */
export const USER_FAULT_FINDINGS: readonly FaultFinding[] = [
  davDatabaseDamaged,
  userDatabaseDamaged,
  userFilesNotAccessible,
];

/** Faults in a database of the whole server. */
export const SERVER_FAULT_FINDINGS: readonly FaultFinding[] = [annotationsDatabaseDamaged, serverFilesNotAccessible];

export const PENDING_LOG_FINDINGS: readonly Check<PendingLogSubject>[] = [syncLogLineUnreadable, syncLogPartialLine];

export const HARDWARE_FINDINGS: readonly Check<HardwareSubject>[] = [hardwareSuspected, unstableRead];

const ALL = [
  ...FAULT_FINDINGS,
  ...FILE_FINDINGS,
  ...LIST_FINDINGS,
  ...MAILBOX_FINDINGS,
  ...RECORD_FINDINGS,
  ...SERVER_FINDINGS,
  ...USER_FINDINGS,
  ...USER_METADATA_FINDINGS,
  ...USER_FAULT_FINDINGS,
  ...SERVER_FAULT_FINDINGS,
  ...PENDING_LOG_FINDINGS,
  ...HARDWARE_FINDINGS,
] as unknown as readonly FindingKind[];

/** By code, in the order of the codes. Throws at load when a code is declared twice. */
export const catalogue: ReadonlyMap<string, FindingKind> = (() => {
  const byCode = new Map<string, FindingKind>();
  for (const kind of [...ALL].sort((a, b) => (a.code < b.code ? -1 : 1))) {
    if (byCode.has(kind.code)) throw new Error(`finding ${kind.code} is declared twice`);
    byCode.set(kind.code, kind);
  }
  return byCode;
})();

/** The findings that a decoder's fault stands for on one side. */
export function faultFindings(subject: FaultSubject) {
  return FAULT_FINDINGS.flatMap((finding) => finding.find(subject));
}

/** The same for a database of the whole server. */
export function serverFaultFindings(subject: FaultSubject) {
  return [...SERVER_FAULT_FINDINGS, databaseNeedsRecovery].flatMap((finding) => finding.find(subject));
}

/** The same for a file of a user rather than of a mailbox. */
export function userFaultFindings(subject: FaultSubject) {
  return [...USER_FAULT_FINDINGS, databaseNeedsRecovery].flatMap((finding) => finding.find(subject));
}
