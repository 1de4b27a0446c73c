import { createHash } from 'node:crypto';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { buildTwoskip } from '../build-twoskip.js';
import { encodeIndex, type RecordValues } from './encode-index.js';
import { encodeMailboxHeader } from './encode-mailbox-header.js';
import { encodeMbentry, type Row } from './encode-mbentry.js';

/** What decides a generated side; the same values give the same bytes. */
export interface SideContent {
  readonly mailboxes: number;
  readonly messages: number;
  readonly seed: number;
  readonly mailboxesPerUser?: number;
  /** false = metadata only, with GUIDs of no message. */
  readonly files?: boolean;
  /** Of every cyrus.index; 17 when not given. */
  readonly version?: number;
}

const T0 = 1_750_000_000;
const FLAGS = ['$Label1', '$Forwarded'] as const;
const CONF = `configdirectory: conf
defaultpartition: default
partition-default: spool
hashimapspool: true
conversations: no
virtdomains: off
`;

/**
 * Writes one side as Cyrus 3.6 lays it out: imapd.conf with relative paths, the mailbox list, quota roots, and below
 * spool/uuid a directory per mailbox with index, header, an empty annotation database and the message files.
 */
export function writeSide(dir: string, content: SideContent): void {
  const { mailboxes, messages, mailboxesPerUser = 10, files = true, version = 17 } = content;
  const random = seeded(content.seed);
  const text = noise(random);
  const empty = buildTwoskip([]);
  const rows: Row[] = [];
  /** By quota root: the INBOX of each user. */
  const usage = new Map<string, { readonly used: number; readonly folders: number }>();
  mkdirSync(join(dir, 'conf/quota'), { recursive: true });
  writeFileSync(join(dir, 'imapd.conf'), CONF);
  writeFileSync(join(dir, 'conf/annotations.db'), empty);
  for (let n = 0; n < mailboxes; n++) {
    const user = `u${String(Math.floor(n / mailboxesPerUser)).padStart(6, '0')}`;
    const inbox = `user.${user}`;
    const folder = n % mailboxesPerUser;
    const mboxname = folder === 0 ? inbox : `${inbox}.folder${folder}`;
    const uniqueid = Array.from({ length: 24 }, () => random(36).toString(36)).join('');
    const acl = [[user, 'lrswipkxtecdan']] as const;
    rows.push(
      ...encodeMbentry({
        mboxname,
        uniqueid,
        partition: 'default',
        uidvalidity: T0,
        createdmodseq: 1,
        foldermodseq: 1,
        mtime: T0,
        acl,
      }),
    );
    const path = join(dir, 'spool/uuid', uniqueid[0]!, uniqueid[1]!, uniqueid);
    mkdirSync(path, { recursive: true });
    const records: RecordValues[] = [];
    let used = 0;
    for (let uid = 1; uid <= messages; uid++) {
      const from = random(text.length - 4096);
      const head = `Message-ID: <${n}.${uid}@example.org>\r\n\r\n`;
      const message = Buffer.concat([Buffer.from(head), text.subarray(from, from + 1024 + random(3072))]);
      const time = T0 + uid * 60;
      if (files) {
        const file = join(path, `${uid}.`);
        writeFileSync(file, message);
        utimesSync(file, time, time);
      }
      used += message.length;
      records.push(recordOf(uid, time, head.length, message, random));
    }
    const header = encodeMailboxHeader({
      mboxname,
      uniqueid,
      acl,
      userFlags: FLAGS,
      quotaroot: inbox,
    });
    writeFileSync(join(path, 'cyrus.header'), header);
    writeFileSync(join(path, 'cyrus.annotations'), empty);
    const index = encodeIndex({
      version,
      userFlags: FLAGS,
      header: {
        uidvalidity: T0,
        lastAppenddate: T0 + messages * 60,
        createdmodseq: 1,
        changesEpoch: T0,
        options: 1,
        headerFileCrc: crc32(header),
      },
      records,
    });
    writeFileSync(join(path, 'cyrus.index'), index);
    const sum = usage.get(inbox) ?? { used: 0, folders: 0 };
    usage.set(inbox, { used: sum.used + used, folders: sum.folders + 1 });
  }
  for (const [inbox, { used, folders }] of usage) {
    const quota = join(dir, 'conf/quota', inbox['user.'.length]!);
    mkdirSync(quota, { recursive: true });
    const value = `%(S (${used} 1000000) M (${messages * folders}) AS (0) NF (${folders}) MODSEQ 1)`;
    writeFileSync(join(quota, inbox), value);
  }
  rows.sort(([a], [b]) => a.compare(b));
  writeFileSync(join(dir, 'conf/mailboxes.db'), buildTwoskip(rows));
}

function recordOf(
  uid: number,
  time: number,
  headerSize: number,
  message: Buffer,
  random: (below: number) => number,
): RecordValues {
  const labelled = random(8);
  return {
    uid,
    internaldate: time,
    sentdate: time - (time % 86400),
    gmtime: time,
    size: message.length,
    headerSize,
    lastUpdated: time + random(1000),
    systemFlags: random(4) === 0 ? 0 : 0x10,
    userFlags: [labelled < 2 ? labelled + 1 : 0, 0, 0, 0],
    savedate: time,
    cacheVersion: 11,
    guid: createHash('sha1').update(message).digest(),
    modseq: uid + 1,
    createdmodseq: uid + 1,
    cid: 0,
  };
}

/** Text in which every slice is another message. */
function noise(random: (below: number) => number): Buffer {
  const text = Buffer.alloc(256 * 1024);
  for (let i = 0; i < text.length; i++) text[i] = i % 78 === 76 ? 0x0d : i % 78 === 77 ? 0x0a : 0x61 + random(26);
  return text;
}

/** mulberry32, the public-domain generator: integers below `below`. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
