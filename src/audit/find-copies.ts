import type { SideRole } from '../model/effects.js';
import { FLAG_ARCHIVED, FLAG_UNLINKED } from '../model/index-file.js';
import { isLive, type Unit } from '../sources/spool/mailbox-list.js';
import { digestFile, hashFile, type FileCounts } from './hash-file.js';
import { stagedFiles } from './leftovers.js';
import type { Side } from '../sources/spool/open-side.js';
import type { AuditContext } from './context.js';
import { guidRecords, type GuidRecord } from './guid-records.js';

/**
 * Looks for intact copies of messages in all mailboxes of a unit, delayed-delete copies, archived and expunged messages
 * included, on both sides, and at last among staged files. A copy counts when its SHA-1 is the GUID.
 * @param guids in hex
 * @param damagedOn the side that needs them: the other one is asked first
 * @param counts what had to be read for it is added
 * @returns paths by GUID
 */
export function findCopies(
  ctx: Pick<AuditContext, 'sides'>,
  unit: Unit,
  damagedOn: SideRole,
  guids: Iterable<string>,
  counts: FileCounts,
): ReadonlyMap<string, string> {
  const wanted = new Set(guids);
  const found = new Map<string, string>();
  const others = [...ctx.sides.values()].sort(
    (a, b) => Number(a.side.role === damagedOn) - Number(b.side.role === damagedOn),
  );
  const first = [...ctx.sides.values()][0]?.list;
  for (const { side, list } of others) {
    for (const entry of list.entriesOf(unit, first)) {
      if (!isLive(entry)) continue;
      if (wanted.size === 0) return found;
      for (const record of guidRecords(side, entry)) {
        if (!wanted.has(record.guid) || (record.flags & FLAG_UNLINKED) !== 0) continue;
        const path = pathsOf(record).find((candidate) => isIntact(candidate, record, counts));
        if (path === undefined) continue;
        found.set(record.guid, path);
        wanted.delete(record.guid);
      }
    }
  }
  for (const { side } of others) {
    if (wanted.size === 0) return found;
    const byGuid = stagedByGuid(side, counts);
    for (const guid of wanted) {
      const path = byGuid.get(guid);
      if (path === undefined) continue;
      found.set(guid, path);
      wanted.delete(guid);
    }
  }
  return found;
}

/** Staged files of a side that are hashed. */
const MAX_STAGED = 10_000;
/** Hashed once, however many users have damaged messages. */
const staged = new WeakMap<Side, ReadonlyMap<string, string>>();

function stagedByGuid(side: Side, counts: FileCounts): ReadonlyMap<string, string> {
  const known = staged.get(side);
  if (known !== undefined) return known;
  const byGuid = new Map<string, string>();
  let left = MAX_STAGED;
  for (const path of stagedFiles(side)) {
    if (left-- === 0) break;
    const guid = digestFile(path, counts);
    if (guid !== undefined && !byGuid.has(guid)) byGuid.set(guid, path);
  }
  staged.set(side, byGuid);
  return byGuid;
}

/** Where its file may lie: after a crash while it was archived in either place. */
function pathsOf({ dirs, flags, uid }: GuidRecord): string[] {
  const directories = [dirs.data, ...(dirs.archive === undefined ? [] : [dirs.archive])];
  if ((flags & FLAG_ARCHIVED) !== 0) directories.reverse();
  return directories.map((directory) => `${directory}/${String(uid)}.`);
}

function isIntact(path: string, { size, guid }: GuidRecord, counts: FileCounts): boolean {
  const unread: string[] = [];
  return hashFile(path, size, guid, counts, unread) === undefined && unread.length === 0;
}
