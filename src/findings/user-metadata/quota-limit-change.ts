import { limitText, type UserMetadataSubject } from './user-metadata-subject.js';

export interface QuotaLimitChange {
  readonly root: string;
  readonly resource: string;
  readonly master: string;
  readonly replica: string;
  /** The replica has a limit of its own, and nothing says that the master's is the newer one. */
  readonly doubtful: boolean;
  /** Nothing carries the limit. */
  readonly unseen: boolean;
}

/**
 * A limit that differs, and whether a change made on the replica would be lost. The quota record alone cannot tell:
 * its modseq also counts changes of usage on the master, so a higher one there does not make the master's limit the
 * newer. A pending QUOTA line does; the modseq then excludes the replica that was changed at least as often.
 */
export function quotaLimitChange(subject: UserMetadataSubject): QuotaLimitChange | undefined {
  if (subject.kind !== 'quota-limit' || subject.resource === undefined) return undefined;
  const { resource, pair } = subject;
  const { root, master, replica, logged, goneByLog, isShared } = pair;
  const newer = goneByLog === true || (logged && (master?.modseq ?? 0) > (replica?.modseq ?? Infinity));
  const unseen = isShared === true && !logged;
  return {
    root,
    resource,
    master: limitText(master, resource),
    replica: limitText(replica, resource),
    doubtful: unseen || (replica?.limits[resource] !== undefined && !newer),
    unseen,
  };
}
