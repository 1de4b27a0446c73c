import type { FormatFault } from '../model/fault.js';
import type { SideRole } from '../model/effects.js';
import { checkCaches } from './check-cache.js';
import { checkFiles, type CheckedFile } from './check-files.js';
import type { AuditPlan } from './context.js';
import type { FileCounts } from './hash-file.js';
import type { FiledMailbox } from './read-mailbox.js';
import { inSubset } from './subset.js';
import { TwinCaches } from './twin-caches.js';
import { TwinFiles } from './twin-files.js';

/** What there is to say of the message files and the cache of one side of a mailbox. */
export interface FilesLook {
  readonly counts: FileCounts;
  readonly files: Iterable<CheckedFile>;
  /** Message files that could not be looked at; complete when `files` is at its end. */
  readonly unread: readonly string[];
  readonly cacheFaults: Iterable<FormatFault>;
  /** As `unread`, of caches. */
  readonly unreadCaches: readonly string[];
}

export type FilesLooks = ReadonlyMap<SideRole, FilesLook>;

type HashTest = (uid: number, lastUpdated: number) => boolean;
type HashPlan = Pick<AuditPlan, 'level' | 'subset' | 'hashSince'>;

/**
 * Which message files are hashed, asked in ascending order of UID. What replication has to read is hashed at every level:
 * a wrong byte in it stops the user.
 */
function hashTest(
  { level, subset, hashSince = 0 }: HashPlan,
  uniqueid: string,
  mustTravel: (uid: number) => boolean,
): HashTest {
  if (level !== 'content') return mustTravel;
  const isInPart = inSubset(uniqueid, subset);
  return (uid, lastUpdated) => (isInPart(uid) && lastUpdated >= hashSince) || mustTravel(uid);
}

/**
 * The files of a mailbox, side by side: what both have alike is decoded and hashed once. Each side is looked at while it is
 * iterated; the master, which comes first, has to be through before the replica is.
 * @param mustTravel for each side, whether replication has to read the file of this UID
 */
export function lookAtFiles(
  sides: Partial<Record<SideRole, FiledMailbox>>,
  uniqueid: string,
  plan: HashPlan,
  mustTravel: (role: SideRole) => (uid: number) => boolean,
): FilesLooks {
  const roles = Object.keys(sides) as SideRole[];
  const counts = new Map(roles.map((role) => [role, { files: 0, missing: 0, notHashed: 0, bytesRead: 0 }]));
  const isDecoded = plan.level === 'content';
  const { master, replica } = sides;
  const ofReplica = counts.get('replica');
  const twins =
    isDecoded && master !== undefined && replica !== undefined && ofReplica !== undefined
      ? { files: new TwinFiles(replica, ofReplica), caches: new TwinCaches(master, replica, ofReplica) }
      : undefined;
  const look = (role: SideRole): FilesLook => {
    const mailbox = sides[role]!;
    const isHashed = hashTest(plan, uniqueid, mustTravel(role));
    const compare = <T>(with_: T) => (role === 'replica' ? { proven: with_ } : { twins: with_ });
    const unread: string[] = [];
    const unreadCaches: string[] = [];
    const ofSide = counts.get(role)!;
    return {
      counts: ofSide,
      files: checkFiles(mailbox, role, { isHashed, ...compare(twins?.files) }, ofSide, unread),
      unread,
      cacheFaults: checkCaches(mailbox, { isDecoded, ...compare(twins?.caches) }, ofSide, unreadCaches),
      unreadCaches,
    };
  };
  return new Map(roles.map((role) => [role, look(role)]));
}

/** What is kept of a look that is through; where there is more to say, the files are looked at anew. */
const MAX_KEPT = 1000;

/** A look that is through; undefined when it found too much to be kept. */
export function finishLook(looks: FilesLooks): FilesLooks | undefined {
  let kept = 0;
  const keep = <T>(items: Iterable<T>): T[] | undefined => {
    const list: T[] = [];
    for (const item of items) {
      if (++kept > MAX_KEPT) return undefined;
      list.push(item);
    }
    return list;
  };
  const finished = new Map<SideRole, FilesLook>();
  for (const [role, look] of looks) {
    const files = keep(look.files);
    const cacheFaults = files === undefined ? undefined : keep(look.cacheFaults);
    if (files === undefined || cacheFaults === undefined) return undefined;
    finished.set(role, { ...look, files, cacheFaults });
  }
  return finished;
}

/** Whether a look that is through has nothing to say. */
export function isUneventful(finished: FilesLooks): boolean {
  return [...finished.values()].every(
    ({ files, cacheFaults, unread, unreadCaches }) =>
      unread.length + unreadCaches.length + [...files].length + [...cacheFaults].length === 0,
  );
}
