import { recordOffsets } from '../formats/index/scan-records.js';
import { FLAG_ARCHIVED, FLAG_UNLINKED } from '../model/index-file.js';
import { isEmptyDirectory, type Side } from '../sources/spool/open-side.js';
import type { ReadMailbox } from './read-mailbox.js';

/** Names of the partitions of a side whose archive partition is empty or not there. */
const emptyArchives = new WeakMap<Side, ReadonlySet<string>>();

/** True when archived messages of a partition would lie in a directory that has nothing in it. */
export function hasEmptyArchive(side: Side, partition = ''): boolean {
  let names = emptyArchives.get(side);
  if (names === undefined) {
    const empty = side.layout.partitions.filter((p) => p.archive !== undefined && isEmptyDirectory(p.archive));
    emptyArchives.set(side, (names = new Set(empty.map(({ name }) => name))));
  }
  return names.has(partition.toLowerCase());
}

/** True when a record says that its file lies on the archive partition. */
export function hasArchived({ stream }: ReadMailbox): boolean {
  if (stream === undefined) return false;
  const { size, systemFlags } = recordOffsets(stream.version);
  for (const { view, count } of stream.blocks()) {
    for (let i = 0, at = systemFlags; i < count; i++, at += size) {
      if ((view.getUint32(at) & (FLAG_ARCHIVED | FLAG_UNLINKED)) === FLAG_ARCHIVED) return true;
    }
  }
  return false;
}
