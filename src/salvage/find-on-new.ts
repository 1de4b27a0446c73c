import { crc32 } from '../bytes/crc32.js';
import type { NewCopies, NewCopy } from '../findings/salvage/judge-message.js';
import { secondsAt } from '../formats/index/scan-records.js';
import { FLAG_EXPUNGED } from '../model/index-file.js';
import type { Mbentry } from '../model/mailbox.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { locateMailbox } from '../sources/spool/locate-mailbox.js';
import { isDeletedName } from '../sources/spool/mailbox-list.js';
import type { SalvageSide } from './account.js';
import { fileProblem } from './file-of-record.js';
import { guidOffsets } from './pair-records.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Copies by GUID; a GUID is 20 bytes in Latin-1: half the memory of hexadecimal digits. */
export class CopiesOnNew {
  private readonly byGuid = new Map<string, Mutable<NewCopies>>();

  constructor(guids: Iterable<string>) {
    for (const guid of guids) this.byGuid.set(guid, {});
  }

  of(guid: string): NewCopies {
    return this.byGuid.get(guid)!;
  }

  /** True when one has not been seen where its user can see it. */
  get lacksAny(): boolean {
    for (const { live } of this.byGuid.values()) if (live === undefined) return true;
    return false;
  }

  /** Before another look: a file that was missing may have been on its way. */
  forgetDamaged(): void {
    for (const copies of this.byGuid.values()) delete copies.damaged;
  }

  /**
   * Looks through an index of NEW. A record with a wrong checksum counts for nothing.
   * @returns why it could not be read
   */
  lookThrough({ side }: SalvageSide, entry: Mbentry, visit: (path: string) => void): string | undefined {
    const dirs = locateMailbox(side.layout, entry);
    const path = dirs?.metaOf('index');
    if (dirs === undefined || path === undefined)
      return `${entry.mboxname}: partition ${entry.partition ?? '(none)'} is not configured`;
    visit(path);
    const { index, failure } = IndexFile.open(path);
    if (index === undefined) return failure.reason;
    try {
      const { header, faults } = index.head;
      const o = guidOffsets(index);
      if (header === undefined || o === undefined) return `${path}: ${faults[0]?.code ?? 'an index without GUIDs'}`;
      const isDeleted = isDeletedName(entry.mboxname, side.layout);
      let records = 0;
      for (const block of index.blocks()) {
        const { bytes, view, count } = block;
        records += count;
        for (let i = 0, base = 0; i < count; i++, base += o.size) {
          const copies = this.byGuid.get(bytes.toString('latin1', base + o.guid, base + o.guid + 20));
          if (copies === undefined) continue;
          if (o.crc >= 0 && view.getUint32(base + o.crc) !== crc32(bytes, base, base + o.crc)) continue;
          const isExpunged = (view.getUint32(base + o.systemFlags) & FLAG_EXPUNGED) !== 0;
          const copy: NewCopy = {
            mboxname: entry.mboxname,
            uid: view.getUint32(base + o.uid),
            lastUpdated: secondsAt(view, base + o.lastUpdated, o),
          };
          if (isExpunged) {
            if ((copies.expunged?.lastUpdated ?? -1) < copy.lastUpdated) copies.expunged = copy;
          } else if (isDeleted) copies.deleted ??= copy;
          else if (copies.live === undefined) {
            const problem = fileProblem(dirs, { block, index: i, offsets: o });
            if (problem === undefined) copies.live = copy;
            else copies.damaged ??= { ...copy, problem };
          }
        }
      }
      return records < header.numRecords
        ? `${path}: ${String(records)} of ${String(header.numRecords)} records could be read`
        : undefined;
    } finally {
      index.close();
    }
  }
}
