import { recordOffsets, messageSize } from '../formats/index/scan-records.js';
import type { SideRole } from '../model/effects.js';
import { FLAG_ARCHIVED, FLAG_UNLINKED } from '../model/index-file.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { locateMailbox } from '../sources/spool/locate-mailbox.js';
import { isLive, type Unit } from '../sources/spool/mailbox-list.js';
import { hashFile, type FileCounts } from './check-files.js';
import type { AuditContext, OpenedSide } from './context.js';

/**
 * Looks for intact copies of messages in all mailboxes of a unit, delayed-delete copies, archived and expunged messages
 * included, on both sides. A copy counts when its SHA-1 is the GUID.
 * @param guids in hex
 * @param damagedOn the side that needs them: the other one is asked first
 * @param counts what had to be read for it is added
 * @returns paths by GUID
 */
export function findCopies(
  ctx: AuditContext,
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
  for (const opened of others) {
    for (const entry of opened.list.entriesOf(unit, first)) {
      if (wanted.size === 0) return found;
      if (isLive(entry)) findIn(opened, entry, wanted, found, counts);
    }
  }
  return found;
}

function findIn(
  { side }: OpenedSide,
  entry: Parameters<typeof locateMailbox>[1],
  wanted: Set<string>,
  found: Map<string, string>,
  counts: FileCounts,
): void {
  const dirs = locateMailbox(side.layout, entry);
  const index = dirs === undefined ? undefined : IndexFile.open(dirs.metaOf('index')).index;
  if (dirs === undefined || index === undefined) return;
  try {
    const { version } = index.head;
    const o = version === undefined ? undefined : recordOffsets(version);
    if (o === undefined || o.guid < 0) return;
    for (const { view, bytes, count } of index.blocks()) {
      for (let i = 0, base = 0; i < count; i++, base += o.size) {
        const guid = bytes.toString('hex', base + o.guid, base + o.guid + 20);
        const flags = view.getUint32(base + o.systemFlags);
        if (!wanted.has(guid) || (flags & FLAG_UNLINKED) !== 0) continue;
        // After a crash while it was archived it may lie in either place.
        const directories = [dirs.data, ...(dirs.archive === undefined ? [] : [dirs.archive])];
        if ((flags & FLAG_ARCHIVED) !== 0) directories.reverse();
        const name = `${String(view.getUint32(base + o.uid))}.`;
        const size = messageSize(view, base, o);
        const path = directories
          .map((directory) => `${directory}/${name}`)
          .find((candidate) => isIntact(candidate, size, guid, counts));
        if (path === undefined) continue;
        found.set(guid, path);
        wanted.delete(guid);
      }
    }
  } finally {
    index.close();
  }
}

function isIntact(path: string, size: number, guid: string, counts: FileCounts): boolean {
  const unread: string[] = [];
  return hashFile(path, size, guid, counts, unread) === undefined && unread.length === 0;
}
