/** Two sides that were one, written record by record: what a test of `salvage` needs to say about them and no more. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { FLAG_EXPUNGED, FLAG_UNLINKED } from '../../../src/model/index-file.js';
import { buildTwoskip } from '../build-twoskip.js';
import { encodeIndex, type RecordValues } from '../encode/encode-index.js';
import { encodeMailboxHeader } from '../encode/encode-mailbox-header.js';
import { encodeMbentry, type Row } from '../encode/encode-mbentry.js';

/** Of every message, plus its number. Unit: seconds since the epoch. */
export const T0 = 1_750_000_000;
export const USER_FLAGS = ['$Label1', '$Forwarded'] as const;

/** A record of the message with this number; the same number is the same message, whatever mailbox it lies in. */
export interface TestRecord {
  readonly uid: number;
  readonly message: number;
  /** Default: its UID. */
  readonly modseq?: number;
  readonly createdmodseq?: number;
  /** Unit: seconds since the epoch. */
  readonly savedate?: number;
  readonly lastUpdated?: number;
  readonly systemFlags?: number;
  /** By flag number. */
  readonly userFlags?: readonly number[];
  readonly state?: 'live' | 'expunged' | 'unlinked';
  readonly file?: 'missing' | 'damaged' | 'empty';
  /** Entry, owner and value. */
  readonly annotations?: readonly (readonly [entry: string, userid: string, value: string])[];
}

export interface TestMailbox {
  readonly mboxname: string;
  /** Default: made from the name. */
  readonly uniqueid?: string;
  readonly mbtype?: string;
  readonly mtime?: number;
  readonly lastUid?: number;
  readonly deletedmodseq?: number;
  readonly highestmodseq?: number;
  readonly version?: number;
  /** undefined = an entry without a directory: a tombstone. */
  readonly records?: readonly TestRecord[];
}

export const idOf = (mboxname: string): string =>
  createHash('sha1').update(mboxname).digest('base64url').replaceAll(/[-_]/g, 'x').slice(0, 24).toLowerCase();

export const messageBytes = (n: number): Buffer =>
  Buffer.from(`From: <a@example.org>\r\nSubject: message ${n}\r\nMessage-ID: <m${n}@example.org>\r\n\r\nbody ${n}\r\n`);

export const guidOf = (n: number): string => createHash('sha1').update(messageBytes(n)).digest('hex');

export const sideDirOf = (side: string, uniqueid: string): string =>
  join(side, 'spool/uuid', uniqueid[0]!, uniqueid[1]!, uniqueid);

/** Writes a side of Cyrus 3.6 below `dir`. */
export function writeTestSide(dir: string, mailboxes: readonly TestMailbox[], conf = ''): void {
  mkdirSync(join(dir, 'conf'), { recursive: true });
  mkdirSync(join(dir, 'spool'), { recursive: true });
  writeFileSync(
    join(dir, 'imapd.conf'),
    `configdirectory: conf\ndefaultpartition: default\npartition-default: spool\nhashimapspool: true\nvirtdomains: off\n${conf}`,
  );
  writeFileSync(join(dir, 'conf/annotations.db'), buildTwoskip([]));
  const rows: Row[] = [];
  for (const mailbox of mailboxes) {
    const { mboxname, mbtype, mtime = T0, records } = mailbox;
    const uniqueid = mailbox.uniqueid ?? idOf(mboxname);
    const acl = [['ada', 'lrswipkxtecdan']] as const;
    const place = records === undefined ? {} : { partition: 'default', acl };
    rows.push(
      ...encodeMbentry({
        mboxname,
        uniqueid,
        ...(mbtype === undefined ? {} : { mbtype }),
        uidvalidity: T0,
        createdmodseq: 1,
        foldermodseq: 1,
        mtime,
        ...place,
      }),
    );
    if (records !== undefined) writeTestMailbox(sideDirOf(dir, uniqueid), { ...mailbox, uniqueid }, records);
  }
  // A later row by uniqueid takes the place of an earlier one.
  const byKey = new Map(rows.map((row) => [row[0].toString('latin1'), row]));
  writeFileSync(join(dir, 'conf/mailboxes.db'), buildTwoskip([...byKey.values()].sort(([a], [b]) => a.compare(b))));
}

function writeTestMailbox(dir: string, mailbox: TestMailbox, records: readonly TestRecord[]): void {
  const { mboxname, uniqueid = '', lastUid, deletedmodseq, highestmodseq, version = 17 } = mailbox;
  mkdirSync(dir, { recursive: true });
  const header = encodeMailboxHeader({ mboxname, uniqueid, acl: [['ada', 'lrswipkxtecdan']], userFlags: USER_FLAGS });
  writeFileSync(join(dir, 'cyrus.header'), header);
  const notes: Row[] = [];
  for (const { uid, message, file, state, annotations = [] } of records) {
    for (const [entry, userid, value] of annotations)
      notes.push([Buffer.from(`${uid}\0${entry}\0${userid}\0`), annotationValue(value)]);
    if (state === 'unlinked' || file === 'missing') continue;
    const bytes = messageBytes(message);
    if (file === 'damaged') bytes[bytes.length - 3]! ^= 1;
    writeFileSync(join(dir, `${uid}.`), file === 'empty' ? '' : bytes);
  }
  writeFileSync(join(dir, 'cyrus.annotations'), buildTwoskip(notes.sort(([a], [b]) => a.compare(b))));
  writeFileSync(
    join(dir, 'cyrus.index'),
    encodeIndex({
      version,
      userFlags: USER_FLAGS,
      header: {
        uidvalidity: T0,
        createdmodseq: 1,
        headerFileCrc: crc32(header),
        ...(lastUid === undefined ? {} : { lastUid }),
        ...(deletedmodseq === undefined ? {} : { deletedmodseq }),
        ...(highestmodseq === undefined ? {} : { highestmodseq }),
      },
      records: records.map(recordValues),
    }),
  );
}

function recordValues(record: TestRecord): RecordValues {
  const { uid, message, modseq = uid, createdmodseq = Math.min(uid, modseq), state = 'live', userFlags = [] } = record;
  const time = T0 + message;
  const flags = { live: 0, expunged: FLAG_EXPUNGED, unlinked: FLAG_EXPUNGED | FLAG_UNLINKED }[state];
  return {
    uid,
    internaldate: time,
    sentdate: time,
    gmtime: time,
    size: messageBytes(message).length,
    headerSize: 20,
    lastUpdated: record.lastUpdated ?? time,
    savedate: record.savedate ?? time,
    systemFlags: ((record.systemFlags ?? 0) | flags) >>> 0,
    userFlags: [userFlags.reduce((word, flag) => word | (1 << flag), 0), 0, 0, 0],
    guid: Buffer.from(guidOf(message), 'hex'),
    modseq,
    createdmodseq,
  };
}

/** Length, value, type, time, modseq, flags. Source: mailbox-files.md section 4. */
function annotationValue(text: string): Buffer {
  const value = Buffer.from(text);
  const long = (n: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(n));
    return bytes;
  };
  return Buffer.concat([long(value.length), value, Buffer.from('\0text/plain\0'), long(T0), long(1), Buffer.from([0])]);
}

export interface SplitPair {
  readonly dir: string;
  readonly old: string;
  readonly newer: string;
  dispose(): void;
}

export function writeSplitPair(old: readonly TestMailbox[], newer: readonly TestMailbox[], conf = ''): SplitPair {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-salvage-'));
  const [oldDir, newDir] = [join(dir, 'old'), join(dir, 'new')];
  writeTestSide(oldDir, old, conf);
  writeTestSide(newDir, newer, conf);
  return { dir, old: oldDir, newer: newDir, dispose: () => rmSync(dir, { recursive: true, force: true }) };
}
