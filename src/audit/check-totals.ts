import type { RecordStream } from '../compare/join-records.js';
import { hex32 } from '../formats/index/read-header.js';
import { recordOffsets, type RecordTotals } from '../formats/index/scan-records.js';
import { ANNOT_CRC_INIT } from '../formats/index/sync-crc.js';
import type { IndexVersion } from '../formats/index/versions/index-version.js';
import type { FormatFault } from '../model/fault.js';
import { FLAG_EXPUNGED, type IndexHeader } from '../model/index-file.js';
import type { SyncCrcs } from '../model/record-pair.js';

export interface ComputedCrcs {
  readonly accepted: SyncCrcs;
  /** Other spellings under which a release may have stored the annotation CRC. */
  readonly annotSpellings: readonly number[];
}

/** The sync CRCs from the records, and the spellings of the annotation CRC that releases differ in (index.md section 9). */
export function computedCrcs(
  stream: Pick<RecordStream, 'version' | 'annotations' | 'blocks'>,
  totals: RecordTotals,
): ComputedCrcs {
  let real = 0;
  if (stream.annotations.crcByUid.size > 0) {
    const o = recordOffsets(stream.version);
    for (const { view, count } of stream.blocks()) {
      for (let i = 0, base = 0; i < count; i++, base += o.size) {
        if ((view.getUint32(base + o.systemFlags) & FLAG_EXPUNGED) !== 0) continue;
        real ^= stream.annotations.crcByUid.get(view.getUint32(base + o.uid)) ?? 0;
      }
    }
  }
  const hasBasicCrc = stream.version.header.offsetOf('syncCrcBasic') >= 0;
  const hasAnnotCrc = stream.version.header.offsetOf('syncCrcAnnot') >= 0;
  const spell = (init: number, virtual: number): number => (init ^ virtual ^ real) >>> 0;
  const annotSpellings = [spell(ANNOT_CRC_INIT, totals.crcAnnot), spell(ANNOT_CRC_INIT, totals.crcAnnotPadded)];
  // Only 3.13 and later write version 20, and they pad the thread id.
  if (stream.version.minor >= 20) annotSpellings.reverse();
  if (stream.version.minor <= 13) annotSpellings.push(spell(0, totals.crcAnnot), spell(0, totals.crcAnnotPadded));
  return {
    accepted: { basic: hasBasicCrc ? totals.crcBasic >>> 0 : 0, annot: hasAnnotCrc ? annotSpellings[0]! : 0 },
    annotSpellings: hasAnnotCrc ? annotSpellings : [],
  };
}

export function checkTotals(
  header: IndexHeader,
  version: IndexVersion,
  totals: RecordTotals,
  computed: ComputedCrcs,
  /** Of the mailbox and of its live messages; undefined = not known. */
  annotationBytes: number | undefined,
  file: string,
  faults: FormatFault[],
): void {
  // Counters over records that cannot be trusted say nothing.
  if (totals.badRecords > 0 || totals.records < header.numRecords) return;
  const at = version.header.offsetOf;
  const check = (name: 'exists' | 'answered' | 'flagged' | 'deleted' | 'unseen', counted: number): void => {
    if (at(name) >= 0 && header[name] !== counted) {
      faults.push({
        code: 'index-counter',
        file,
        offset: at(name),
        expected: `${name} ${String(counted)}`,
        actual: String(header[name]),
      });
    }
  };
  check('exists', totals.exists);
  check('answered', totals.answered);
  check('flagged', totals.flagged);
  check('deleted', totals.deleted);
  check('unseen', totals.unseen);
  const checkBytes = (
    field: 'quotaMailboxUsed' | 'quotaDeletedUsed' | 'quotaExpungedUsed' | 'quotaAnnotUsed',
    name: string,
    summed: number | undefined,
  ): void => {
    if (summed === undefined || at(field) < 0 || header[field] === summed) return;
    const offset = at(field);
    faults.push({
      code: 'index-counter',
      file,
      offset,
      expected: `${name} ${String(summed)}`,
      actual: String(header[field]),
    });
  };
  checkBytes('quotaMailboxUsed', 'quota_mailbox_used', totals.quotaUsed);
  checkBytes('quotaDeletedUsed', 'quota_deleted_used', totals.quotaDeleted);
  checkBytes('quotaExpungedUsed', 'quota_expunged_used', totals.quotaExpunged);
  checkBytes('quotaAnnotUsed', 'quota_annot_used', annotationBytes);
  if (at('syncCrcBasic') >= 0 && header.syncCrcBasic !== computed.accepted.basic) {
    faults.push({
      code: 'index-sync-crc-basic',
      file,
      offset: at('syncCrcBasic'),
      expected: hex32(computed.accepted.basic),
      actual: hex32(header.syncCrcBasic),
    });
  }
  if (computed.annotSpellings.length > 0 && !computed.annotSpellings.includes(header.syncCrcAnnot)) {
    faults.push({
      code: 'index-sync-crc-annot',
      file,
      offset: at('syncCrcAnnot'),
      expected: hex32(computed.accepted.annot),
      actual: hex32(header.syncCrcAnnot),
    });
  }
}
