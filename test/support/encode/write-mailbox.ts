import { closeSync, mkdirSync, openSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { atRest } from '../at-rest.js';
import { crc32 } from 'node:zlib';
import { buildTwoskip } from '../build-twoskip.js';
import { indexParts, type RecordValues } from './encode-index.js';
import { encodeMailboxHeader } from './encode-mailbox-header.js';
import { CACHE_VERSION, encodeMessage } from './encode-message.js';

/** A whole number from 0 to below `below`. */
export type RandomBelow = (below: number) => number;

export interface MailboxContent {
  readonly mboxname: string;
  readonly uniqueid: string;
  readonly quotaroot: string;
  readonly acl: readonly (readonly [identifier: string, rights: string])[];
  readonly messages: number;
  readonly files: boolean;
  /** Of cyrus.index. */
  readonly version: number;
  /** Lines of a message file, from and to. */
  readonly bodyLines: readonly [least: number, most: number];
  /** Share of the records whose flags were changed after the rest had been written. */
  readonly changed: number;
  /** So many of the last messages are not there, as before they came. */
  readonly lacks: number;
}

/** Source of everything that is not given. */
export interface MailboxRandom {
  readonly content: RandomBelow;
  /** Apart from `content`, so that the records that are not changed stay as they are. */
  readonly change: RandomBelow;
  /** Bodies are slices of it, in whole lines of `LINE` bytes. */
  readonly text: Buffer;
}

/** Of internaldate 0, as it were. Unit: seconds since the epoch. */
export const T0 = 1_750_000_000;
/** Unit: bytes. */
export const LINE = 78;
const FLAGS = ['$Label1', '$Forwarded'] as const;
/** One message in eight has the first flag, and one the second. */
const LABELS = [1, 2, 0, 0, 0, 0, 0, 0].map((word) => [word, 0, 0, 0]);
const SEEN = 0x10;
const EMPTY_DATABASE = buildTwoskip([]);

/**
 * Writes the directory of a mailbox: index, header, an empty annotation database and, with `files`, messages and their
 * cache. Nothing grows with the number of messages. Returns the sum of their sizes.
 */
export function writeMailbox(dir: string, content: MailboxContent, random: MailboxRandom): number {
  const { mboxname, uniqueid, acl, quotaroot, messages, version, lacks } = content;
  mkdirSync(dir, { recursive: true });
  const header = encodeMailboxHeader({ mboxname, uniqueid, acl, userFlags: FLAGS, quotaroot });
  writeFileSync(join(dir, 'cyrus.header'), header);
  writeFileSync(join(dir, 'cyrus.annotations'), EMPTY_DATABASE);
  let used = 0;
  function* counted(): Generator<RecordValues> {
    for (const record of content.files ? recordsOfFiles(dir, content, random) : recordsAlone(content, random)) {
      if (record.uid > messages - lacks) continue;
      used += record.size;
      yield record;
    }
  }
  writeParts(
    join(dir, 'cyrus.index'),
    indexParts({
      version,
      userFlags: FLAGS,
      header: {
        uidvalidity: T0,
        lastAppenddate: timeOf(messages - lacks),
        createdmodseq: 1,
        changesEpoch: T0,
        options: 1,
        headerFileCrc: crc32(header),
      },
      records: counted(),
    }),
  );
  for (const name of ['header', 'annotations', 'index', 'cache']) atRest(join(dir, `cyrus.${name}`));
  return used;
}

/** Writes a file of any size from parts at their offsets. */
export function writeParts(path: string, parts: Iterable<{ readonly offset: number; readonly bytes: Buffer }>): void {
  const fd = openSync(path, 'w');
  try {
    for (const { offset, bytes } of parts) writeSync(fd, bytes, 0, bytes.length, offset);
  } finally {
    closeSync(fd);
  }
}

type SizedRecord = RecordValues & { readonly size: number };

/** What a record says of its message. */
type MessageValues = Readonly<
  Record<'size' | 'headerSize' | 'cacheOffset' | 'cacheCrc', number> & { readonly guid: Buffer }
>;

const timeOf = (uid: number): number => T0 + uid * 60;

function* recordsOfFiles(dir: string, content: MailboxContent, random: MailboxRandom): Generator<SizedRecord> {
  const { messages, bodyLines, mboxname, lacks } = content;
  const [least, most] = bodyLines;
  const cache = openSync(join(dir, 'cyrus.cache'), 'w');
  try {
    // The generation.
    let cacheOffset = writeSync(cache, Buffer.alloc(4));
    for (let uid = 1; uid <= messages; uid++) {
      // As many between 1 and 2 kB as between 2 and 4.
      const lines = Math.floor(least * (most / least) ** (random.content(2 ** 20) / 2 ** 20));
      const from = LINE * random.content(random.text.length / LINE - lines);
      const time = timeOf(uid);
      const body = random.text.subarray(from, from + LINE * lines);
      const message = encodeMessage({ name: `${mboxname}.${uid}`, time, body, lines });
      const isThere = uid <= messages - lacks;
      const file = join(dir, `${uid}.`);
      if (isThere) {
        writeFileSync(file, message.bytes);
        utimesSync(file, time, time);
      }
      const { headerSize, guid, cacheRecord } = message;
      const values = { size: message.bytes.length, headerSize, guid, cacheOffset, cacheCrc: crc32(cacheRecord) };
      yield recordOf(uid, content, random, values);
      if (isThere) cacheOffset += writeSync(cache, cacheRecord);
    }
  } finally {
    closeSync(cache);
  }
}

/** Of messages that are nowhere. A record is to be used before the next is made. */
function* recordsAlone(content: MailboxContent, random: MailboxRandom): Generator<SizedRecord> {
  const guid = Buffer.alloc(20);
  for (let uid = 1; uid <= content.messages; uid++) {
    for (let at = 0; at < guid.length; at += 4) guid.writeUInt32BE(random.content(2 ** 32), at);
    const size = 1024 + random.content(3072);
    yield recordOf(uid, content, random, { size, headerSize: 200, guid, cacheOffset: 0, cacheCrc: 0 });
  }
}

function recordOf(
  uid: number,
  { messages, changed }: MailboxContent,
  { content, change }: MailboxRandom,
  { size, headerSize, guid, cacheOffset, cacheCrc }: MessageValues,
): SizedRecord {
  const time = timeOf(uid);
  const userFlags = LABELS[content(8)]!;
  const flags = content(4) === 0 ? 0 : SEEN;
  const lastUpdated = time + content(1000);
  const isChanged = changed > 0 && change(1000) < changed * 1000;
  return {
    uid,
    internaldate: time,
    sentdate: time - (time % 86400),
    size,
    headerSize,
    gmtime: time,
    cacheOffset,
    lastUpdated: isChanged ? timeOf(messages) + 1000 : lastUpdated,
    systemFlags: isChanged ? flags ^ SEEN : flags,
    userFlags,
    savedate: time,
    cacheVersion: CACHE_VERSION,
    guid,
    modseq: isChanged ? messages + 2 : uid + 1,
    cid: 0,
    createdmodseq: uid + 1,
    cacheCrc,
  };
}
