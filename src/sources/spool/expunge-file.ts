import { recordOffsets } from '../../formats/index/scan-records.js';
import { IndexFile } from './index-file.js';

/** The last version whose writers kept expunged records in a file of their own; 2.4 and later ignore one left over. */
const LAST_WITH_EXPUNGE_FILE = 10;

/**
 * UIDs in the cyrus.expunge of 2.3: records that were expunged and whose message files stay until a clean-up. The file
 * has the format of the index beside it.
 * @param minor version of that index
 * @param unread gets why the file could not be read to its end
 * Source: append_setup and mailbox_expunge, imap/mailbox.c 2.3.19; index.md section 6.
 */
export function readExpungedUids(path: string, minor: number, unread: string[]): number[] {
  const uids: number[] = [];
  if (minor > LAST_WITH_EXPUNGE_FILE) return uids;
  const { index, failure } = IndexFile.open(path);
  if (index === undefined) {
    if (!failure.missing) unread.push(failure.reason);
    return uids;
  }
  try {
    const { header, version, faults } = index.head;
    if (header === undefined || version === undefined) {
      unread.push(`${path}: ${faults[0]?.code ?? 'cannot be decoded'}`);
      return uids;
    }
    const o = recordOffsets(version);
    for (const { view, count } of index.blocks()) {
      for (let i = 0, base = 0; i < count; i++, base += o.size) uids.push(view.getUint32(base + o.uid));
    }
    if (uids.length < header.numRecords) unread.push(`${path}: ended early: the file changed meanwhile`);
    return uids;
  } finally {
    index.close();
  }
}
