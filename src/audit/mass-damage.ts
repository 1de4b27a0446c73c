import { LIST_FINDINGS } from '../findings/catalogue.js';
import type { ListSubject } from '../findings/list/list-subject.js';
import type { ReportedFinding, SideRole } from '../model/effects.js';
import { isEmptyDirectory, type Side } from '../sources/spool/open-side.js';
import type { Partition } from '../sources/spool/paths.js';
import { metadataRoots } from './empty-roots.js';
import type { PairCounts, PartitionCounts, SideCounts } from './unit-result.js';

/** Judges what shows only when the counts of all users are added up: partitions of a side, and the pair as a whole. */
export function judgeMassDamage(
  sides: readonly Side[],
  counts: Partial<Record<SideRole, SideCounts>>,
  pair: PairCounts,
  findings: ReportedFinding[],
): void {
  const add = (subject: ListSubject): void => {
    for (const finding of LIST_FINDINGS) findings.push(...finding.find(subject));
  };
  for (const side of sides) {
    for (const [name, ofPartition] of Object.entries(counts[side.role]?.partitions ?? {})) {
      const partition = side.layout.partitions.find((p) => p.name === name);
      if (partition !== undefined) for (const subject of partitionSubjects(side, partition, ofPartition)) add(subject);
    }
  }
  for (const [partition, { filled, emptied, units, messages }] of Object.entries(pair.vanished))
    add({ kind: 'vanished', partition, filled, emptied, units, messages });
  add({ kind: 'newer', units: pair.units, differing: pair.unitsDiffering, newer: pair.unitsNewerOnReplica });
}

function* partitionSubjects(
  { role: side, layout }: Side,
  of: Partition,
  { listed, missing, files, filesGone, archivedGone, filesGoneIn, archived, filled }: PartitionCounts,
): Generator<ListSubject> {
  if (listed === 0) return;
  const { name: partition, data: path, archive } = of;
  const rootIsEmpty = isEmptyDirectory(path);
  const roots = metadataRoots(of, layout);
  const emptyRoots = roots.filter((root) => root !== path && isEmptyDirectory(root));
  for (const root of emptyRoots) yield { kind: 'meta-root', side, partition, path: root, mailboxes: listed };
  // Without its metadata no mailbox is found, wherever its messages are, and none says whether it has any.
  const expected = roots.includes(path) || emptyRoots.length > 0 ? listed : filled;
  if (emptyRoots.length === 0 || rootIsEmpty)
    yield { kind: 'partition', side, partition, path, listed, missing, expected, rootIsEmpty };
  if (archive !== undefined && archived > 0)
    yield { kind: 'archive-root', side, partition, path: archive, mailboxes: archived };
  const lostFrom = archive !== undefined && archivedGone * 2 > filesGone ? archive : path;
  yield { kind: 'partition-files', side, partition, path: lostFrom, files, gone: filesGone, mailboxes: filesGoneIn };
}
