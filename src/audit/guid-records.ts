import { messageSize, recordOffsets } from '../formats/index/scan-records.js';
import type { Mbentry } from '../model/mailbox.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { locateMailbox } from '../sources/spool/locate-mailbox.js';
import type { Side } from '../sources/spool/open-side.js';
import type { MailboxDirs } from '../sources/spool/paths.js';

/** What a search for a message needs of a record. */
export interface GuidRecord {
  /** In hex. */
  readonly guid: string;
  readonly uid: number;
  readonly flags: number;
  /** Unit: bytes. */
  readonly size: number;
  /** Of its mailbox. */
  readonly dirs: MailboxDirs;
}

/** Records of a mailbox by GUID; nothing when its index cannot be read, or is of a version without GUIDs. */
export function* guidRecords({ layout }: Side, entry: Mbentry): Generator<GuidRecord> {
  const dirs = locateMailbox(layout, entry);
  const index = dirs === undefined ? undefined : IndexFile.open(dirs.metaOf('index')).index;
  if (dirs === undefined || index === undefined) return;
  try {
    const { version } = index.head;
    const o = version === undefined ? undefined : recordOffsets(version);
    if (o === undefined || o.guid < 0) return;
    for (const { bytes, view, count } of index.blocks()) {
      for (let i = 0, base = 0; i < count; i++, base += o.size) {
        yield {
          guid: bytes.toString('hex', base + o.guid, base + o.guid + 20),
          uid: view.getUint32(base + o.uid),
          flags: view.getUint32(base + o.systemFlags),
          size: messageSize(view, base, o),
          dirs,
        };
      }
    }
  } finally {
    index.close();
  }
}
