import { decodeRecord } from '../formats/index/decode-record.js';
import { recordOffsets } from '../formats/index/scan-records.js';
import type { IndexRecord } from '../model/index-file.js';
import type { RecordStream } from './join-records.js';

/** All records of an index, ascending by UID; for mailboxes that are known to be small. */
export function decodeRecords({ version, userFlags, blocks }: RecordStream): IndexRecord[] {
  const records: IndexRecord[] = [];
  const o = recordOffsets(version);
  for (const block of blocks()) {
    for (let i = 0; i < block.count; i++) records.push(decodeRecord(block, i, o, userFlags));
  }
  return records;
}
