import { join } from 'node:path';
import { readMailbox } from '../../src/audit/read-mailbox.js';
import { decodeRecord } from '../../src/formats/index/decode-record.js';
import { recordOffsets } from '../../src/formats/index/scan-records.js';
import type { FormatFault } from '../../src/model/fault.js';
import { FLAG_SEEN, type IndexHeader, type IndexRecord } from '../../src/model/index-file.js';
import type { SyncCrcs } from '../../src/model/record-pair.js';
import { META_FILES, type MetaFile } from '../../src/sources/spool/paths.js';
import type { Side } from '../../src/sources/spool/open-side.js';

export interface BareMailbox {
  readonly minor: number | undefined;
  readonly header: IndexHeader;
  readonly records: readonly IndexRecord[];
  readonly computed: SyncCrcs;
  readonly faults: readonly FormatFault[];
  readonly unread: readonly string[];
}

/** Reads the files of one mailbox as an audit does, without the list and the configuration of a server. */
export function readBareMailbox(dir: string, owner: string): BareMailbox {
  const metaOf = (type: MetaFile): string => join(dir, META_FILES[type]);
  const side = {
    layout: { fullDirHash: false, mailboxDirs: () => ({ data: dir, metaOf }) },
    annotations: { path: '' },
  } as unknown as Side;
  const mbtype = { kind: 'e', letters: 'e' };
  const entry = { mboxname: `user.${owner}`, uniqueid: 'x', acl: [], history: [], mbtype };
  const mailbox = readMailbox(side, entry as unknown as Parameters<typeof readMailbox>[1], owner);
  try {
    const { indexHeader, stream, head, faults, unread, minor } = mailbox;
    const offsets = recordOffsets(stream!.version);
    const records: IndexRecord[] = [];
    for (const block of stream!.blocks()) {
      for (let i = 0; i < block.count; i++)
        records.push(decodeRecord(block, i, offsets, stream!.userFlags, indexHeader!.highestmodseq));
    }
    return { minor, header: indexHeader!, records, computed: head!.computedCrcs, faults, unread };
  } finally {
    mailbox.close();
  }
}

/** What is left of a record of version 17 when `reconstruct -V` of 3.6.1 has written it as `minor`. Source: index.md 4. */
export function asOfVersion(record: IndexRecord, minor: number): IndexRecord {
  const { guid, modseq, cid, createdmodseq, savedate, systemFlags } = record;
  return {
    ...record,
    guid: minor >= 10 ? guid : '0'.repeat(40),
    modseq: minor >= 8 ? modseq : 0,
    cid: minor >= 13 ? cid : 0n,
    savedate: minor >= 15 ? savedate : 0,
    createdmodseq: minor >= 16 ? createdmodseq : 0,
    // The seen state of the owner goes into his seen database.
    systemFlags: minor >= 12 ? systemFlags : (systemFlags & ~FLAG_SEEN) >>> 0,
  };
}
