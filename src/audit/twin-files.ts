import { messageSize, recordOffsets } from '../formats/index/scan-records.js';
import { FLAG_ARCHIVED, FLAG_UNLINKED } from '../model/index-file.js';
import type { MailboxDirs } from '../sources/spool/paths.js';
import type { FileCounts, Twin } from './hash-file.js';
import type { ReadMailbox } from './read-mailbox.js';

/** The file of a message, on the archive partition or not. @param flags system flags of its record */
export const messagePath = (dirs: MailboxDirs, uid: number, flags: number): string =>
  `${(flags & FLAG_ARCHIVED) !== 0 && dirs.archive !== undefined ? dirs.archive : dirs.data}/${String(uid)}.`;

interface TwinRecord {
  /** Place among the records of the index. */
  readonly number: number;
  readonly uid: number;
  readonly guid: string;
  /** Unit: bytes. */
  readonly size: number;
  readonly path: string;
}

/**
 * The message files of one side, for the check of the other one: a file with the same bytes as one whose SHA-1 was right
 * is right as well, and comparing takes a fraction of hashing.
 */
export class TwinFiles {
  private readonly proven: Uint8Array;
  private readonly records: Generator<TwinRecord>;
  private current: TwinRecord | undefined;

  constructor(
    mailbox: ReadMailbox,
    private readonly counts: FileCounts,
  ) {
    this.proven = new Uint8Array((mailbox.totals?.records ?? 0) + 1);
    this.records = recordsOf(mailbox);
  }

  /** The file whose record says the same. Ask in ascending order of UID; out of order there is none. */
  find(uid: number, guid: string, size: number): Twin | undefined {
    while (this.current === undefined || this.current.uid < uid) {
      const next = this.records.next();
      if (next.done === true) return undefined;
      this.current = next.value;
    }
    const { number, path, ...found } = this.current;
    if (found.uid !== uid || found.guid !== guid || found.size !== size) return undefined;
    return { path, counts: this.counts, prove: () => void (this.proven[number] = 1) };
  }

  /** @param number place of the record in its index */
  isProven(number: number): boolean {
    return this.proven[number] === 1;
  }
}

function* recordsOf({ dirs, stream }: ReadMailbox): Generator<TwinRecord> {
  if (dirs === undefined || stream === undefined) return;
  const o = recordOffsets(stream.version);
  if (o.guid < 0) return;
  let number = 0;
  for (const { view, bytes, count } of stream.blocks()) {
    for (let i = 0, base = 0; i < count; i++, base += o.size, number++) {
      const flags = view.getUint32(base + o.systemFlags);
      if ((flags & FLAG_UNLINKED) !== 0) continue;
      const uid = view.getUint32(base + o.uid);
      const guid = bytes.toString('hex', base + o.guid, base + o.guid + 20);
      yield { number, uid, guid, size: messageSize(view, base, o), path: messagePath(dirs, uid, flags) };
    }
  }
}
