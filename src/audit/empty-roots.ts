import { recordOffsets } from '../formats/index/scan-records.js';
import { FLAG_ARCHIVED, FLAG_UNLINKED } from '../model/index-file.js';
import { isEmptyDirectory, type Side } from '../sources/spool/open-side.js';
import type { Partition, SpoolLayout } from '../sources/spool/paths.js';
import type { ReadMailbox } from './read-mailbox.js';

/** Where a message file lies: `data` are the files of a partition that were not archived. */
export type MessagePlace = 'data' | 'archive';

/** Names of partitions. */
type EmptyRoots = Readonly<Record<MessagePlace, ReadonlySet<string>>>;

const emptyRoots = new WeakMap<Side, EmptyRoots>();

/**
 * Whether messages of a partition would lie in a directory that has nothing in it, or is not there. Only then it matters
 * which mailboxes have any. Where metadata lies in `data` too, it is not asked: every mailbox lacks something then.
 */
export function isEmptyRoot(side: Side, place: MessagePlace, partition = ''): boolean {
  let ofSide = emptyRoots.get(side);
  if (ofSide === undefined) emptyRoots.set(side, (ofSide = findEmptyRoots(side)));
  return ofSide[place].has(partition.toLowerCase());
}

function findEmptyRoots({ layout }: Side): EmptyRoots {
  const { partitions } = layout;
  const namesOf = (found: readonly Partition[]): ReadonlySet<string> => new Set(found.map(({ name }) => name));
  return {
    archive: namesOf(partitions.filter(({ archive }) => archive !== undefined && isEmptyDirectory(archive))),
    data: namesOf(partitions.filter((p) => !metadataRoots(p, layout).includes(p.data) && isEmptyDirectory(p.data))),
  };
}

/** The directories below which every mailbox has a file, messages or not: of cyrus.header and cyrus.index. */
export function metadataRoots({ data, meta, metaDirs }: Partition, { metaFiles }: SpoolLayout): string[] {
  const roots = (['header', 'index'] as const).map(
    (type) => metaDirs.get(type) ?? (metaFiles.has(type) ? meta : undefined) ?? data,
  );
  return [...new Set(roots)];
}

/** True when a record says that its file lies there. */
export function hasMessagesIn(place: MessagePlace, { stream, dirs }: ReadMailbox): boolean {
  if (stream === undefined) return false;
  const { size, uid, systemFlags } = recordOffsets(stream.version);
  const archived = dirs?.archive === undefined ? 0 : FLAG_ARCHIVED;
  for (const { view, count } of stream.blocks()) {
    for (let i = 0, at = 0; i < count; i++, at += size) {
      const flags = view.getUint32(at + systemFlags);
      if ((flags & FLAG_UNLINKED) !== 0 || view.getUint32(at + uid) === 0) continue;
      if (((flags & archived) !== 0) === (place === 'archive')) return true;
    }
  }
  return false;
}
