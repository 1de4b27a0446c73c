import type { ConversationRow } from '../../../src/formats/conversations/conversation-row.js';
import { atom, list } from './encode-dlist.js';

/** One row of conversations.db, written from mailbox-files.md section 9. */
type Row = [key: Buffer, value: Buffer];

export interface GuidRowContent {
  readonly guid: string;
  readonly folder: number;
  readonly uid: number;
  readonly part?: string;
  readonly cid: bigint;
  readonly systemFlags: number;
  readonly internalFlags: number;
  /** Seconds since the epoch. */
  readonly internaldate: number;
  /** Version 4 only. */
  readonly internaldateNsec?: number;
  /** Version 3 and later. */
  readonly basecid?: bigint;
}

/** Version 0 is that of 3.0: the cid in hexadecimal, or nothing when there is none. */
export function encodeGuidRow(version: number, content: GuidRowContent): Row {
  const part = content.part === undefined ? '' : `[${content.part}]`;
  const key = Buffer.from(`G${content.guid}:${content.folder}:${content.uid}${part}`);
  if (version === 0) {
    const cid = content.cid === 0n ? '' : content.cid.toString(16).padStart(16, '0');
    return [key, Buffer.from(cid)];
  }
  const value = Buffer.alloc(version < 3 ? 25 : 33);
  value.writeUInt8(0x80 | version, 0);
  value.writeBigUInt64BE(content.cid, 1);
  value.writeUInt32BE(content.systemFlags, 9);
  value.writeUInt32BE(content.internalFlags, 13);
  const seconds = BigInt(content.internaldate);
  value.writeBigUInt64BE(version < 4 ? seconds : seconds * 1_000_000_000n + BigInt(content.internaldateNsec ?? 0), 17);
  if (version >= 3) value.writeBigUInt64BE(content.basecid ?? 0n, 25);
  return [key, value];
}

/**
 * A conversation as each release writes it: hashes of Message-ID and In-Reply-To behind each message in 3.0, a modseq
 * of the conversation from 3.2 on and of each message in 3.13, whose times are nanoseconds.
 */
export function encodeConversation(row: ConversationRow): Row {
  const { version, modseq, numRecords, exists, unseen, flagCounts, folders, senders, subject, size, thread } = row;
  const parts = [
    modseq,
    numRecords,
    exists,
    unseen,
    list(flagCounts),
    list(folders.map((f) => list([f.folder, f.modseq, f.numRecords, f.exists, f.unseen]))),
    list(
      senders.map((s) =>
        list([
          ...[s.name, s.route, s.mailbox, s.domain].map(atom),
          ...(s.lastseen === undefined || s.exists === undefined ? [] : [s.lastseen, s.exists]),
        ]),
      ),
    ),
    atom(subject),
    ...(size === undefined ? [] : [size, list(thread.map(encodeMessage))]),
    ...(size === undefined || row.createdmodseq === undefined ? [] : [row.createdmodseq]),
  ];
  const cid = row.cid.toString(16).padStart(16, '0');
  return [Buffer.from(`B${cid}`), Buffer.from(`${version} ${list(parts)}`)];
}

function encodeMessage(message: ConversationRow['thread'][number]): string {
  const { guid, exists, internaldate, internaldateNsec, createdmodseq, hashes = [] } = message;
  const time =
    internaldateNsec === undefined
      ? BigInt(internaldate)
      : BigInt(internaldate) * 1_000_000_000n + BigInt(internaldateNsec);
  return list([guid, exists, time, ...hashes, ...(createdmodseq === undefined ? [] : [createdmodseq])]);
}
