import { RecordCursor } from '../formats/index/record-cursor.js';
import { messageSize } from '../formats/index/scan-records.js';
import { FLAG_ARCHIVED, FLAG_UNLINKED } from '../model/index-file.js';
import type { MailboxDirs } from '../sources/spool/paths.js';
import type { FileCounts, Twin } from './hash-file.js';
import type { FiledMailbox } from './read-mailbox.js';

/** The file of a message, on the archive partition or not. @param flags system flags of its record */
export const messagePath = (dirs: MailboxDirs, uid: number, flags: number): string =>
  `${(flags & FLAG_ARCHIVED) !== 0 && dirs.archive !== undefined ? dirs.archive : dirs.data}/${String(uid)}.`;

/**
 * The message files of one side, for the check of the other one: a file with the same bytes as one whose SHA-1 was right
 * is right as well, and comparing takes a fraction of hashing.
 */
export class TwinFiles {
  private readonly proven: Uint8Array;
  private readonly cursor: RecordCursor | undefined;

  constructor(
    private readonly mailbox: FiledMailbox,
    private readonly counts: FileCounts,
  ) {
    const { stream, totals } = mailbox;
    this.proven = new Uint8Array((totals?.records ?? 0) + 1);
    this.cursor = stream === undefined ? undefined : new RecordCursor(stream);
  }

  /** The file whose record says the same. Ask in ascending order of UID; out of order there is none. */
  find(uid: number, guid: string, size: number): Twin | undefined {
    const { cursor } = this;
    const { dirs, access } = this.mailbox;
    if (dirs === undefined || cursor === undefined || cursor.offsets.guid < 0) return undefined;
    const { offsets: o } = cursor;
    while (cursor.load() && (cursor.uid() < uid || hasNoFile(cursor))) cursor.index++;
    const { block, base, number } = cursor;
    if (block === undefined) return undefined;
    const { view, bytes } = block;
    if (cursor.uid() !== uid || messageSize(view, base, o) !== size) return undefined;
    if (bytes.toString('hex', base + o.guid, base + o.guid + 20) !== guid) return undefined;
    const path = messagePath(dirs, uid, view.getUint32(base + o.systemFlags));
    return { path, mayRead: access?.mayRead, counts: this.counts, prove: () => void (this.proven[number] = 1) };
  }

  /** @param number place of the record in its index */
  isProven(number: number): boolean {
    return this.proven[number] === 1;
  }
}

const hasNoFile = ({ block, base, offsets }: RecordCursor): boolean =>
  (block!.view.getUint32(base + offsets.systemFlags) & FLAG_UNLINKED) !== 0;
