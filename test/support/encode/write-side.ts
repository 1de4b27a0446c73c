import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atRest } from '../at-rest.js';
import { buildTwoskip } from '../build-twoskip.js';
import { twoskipParts } from './encode-large-twoskip.js';
import { encodeMbentry, type Row } from './encode-mbentry.js';
import { LINE, T0, writeMailbox, writeParts, type RandomBelow } from './write-mailbox.js';

/** What decides a generated side; the same values give the same bytes. */
export interface SideContent {
  readonly mailboxes: number;
  /** In each mailbox; or from so many to so many. */
  readonly messages: number | readonly [least: number, most: number];
  readonly seed: number;
  readonly mailboxesPerUser?: number;
  /** false = metadata only, with GUIDs of no message and without a cache. */
  readonly files?: boolean;
  /** Of every cyrus.index; 17 when not given. */
  readonly version?: number;
  /** Lines of a message file, from and to: small ones are more frequent. A line has 78 bytes. */
  readonly bodyLines?: readonly [least: number, most: number];
  /** Share of the records with other flags than without it, changed later: the rest is the same. */
  readonly changed?: number;
  /** So many of the last messages of each mailbox are not there; the others are as without it. */
  readonly lacks?: number;
  /** Further mailboxes that are in the list and have no directory. */
  readonly onlyListed?: number;
}

const CONF = `configdirectory: conf
defaultpartition: default
partition-default: spool
hashimapspool: true
conversations: no
virtdomains: off
`;

/**
 * Writes one side as Cyrus 3.6 lays it out: imapd.conf with relative paths, the mailbox list, quota roots, and below
 * spool/uuid a directory per mailbox with index, header, an empty annotation database, the message files and their cache.
 */
export function writeSide(dir: string, content: SideContent): void {
  const { mailboxes, messages, mailboxesPerUser = 10, onlyListed = 0 } = content;
  const { files = true, version = 17, bodyLines = [13, 52], changed = 0, lacks = 0 } = content;
  const [least, most] = typeof messages === 'number' ? [messages, messages] : messages;
  const random = seeded(content.seed);
  const sources = { content: random, change: seeded(content.seed + 1), text: noise(random) };
  const rows: Row[] = [];
  /** Of the user whose mailboxes are being written. */
  let usage = { used: 0, messages: 0, folders: 0 };
  mkdirSync(join(dir, 'conf/quota'), { recursive: true });
  writeFileSync(join(dir, 'imapd.conf'), CONF);
  writeFileSync(join(dir, 'conf/annotations.db'), buildTwoskip([]));
  for (let n = 0; n < mailboxes + onlyListed; n++) {
    const user = `u${String(Math.floor(n / mailboxesPerUser)).padStart(6, '0')}`;
    const inbox = `user.${user}`;
    const folder = n % mailboxesPerUser;
    const mboxname = folder === 0 ? inbox : `${inbox}.folder${folder}`;
    const uniqueid = Array.from({ length: 24 }, () => random(36).toString(36)).join('');
    const acl = [[user, 'lrswipkxtecdan']] as const;
    const times = { uidvalidity: T0, createdmodseq: 1, foldermodseq: 1, mtime: T0 };
    rows.push(...encodeMbentry({ mboxname, uniqueid, partition: 'default', acl, ...times }));
    if (n >= mailboxes) continue;
    const count = least + random(most - least + 1);
    const used = writeMailbox(
      join(dir, 'spool/uuid', uniqueid[0]!, uniqueid[1]!, uniqueid),
      { mboxname, uniqueid, quotaroot: inbox, acl, messages: count, files, version, bodyLines, changed, lacks },
      sources,
    );
    usage = { used: usage.used + used, messages: usage.messages + count - lacks, folders: usage.folders + 1 };
    if (folder < mailboxesPerUser - 1 && n < mailboxes - 1) continue;
    writeQuota(dir, inbox, usage);
    usage = { used: 0, messages: 0, folders: 0 };
  }
  rows.sort(([a], [b]) => a.compare(b));
  writeParts(join(dir, 'conf/mailboxes.db'), twoskipParts(rows));
  for (const name of ['mailboxes', 'annotations']) atRest(join(dir, `conf/${name}.db`));
}

function writeQuota(
  dir: string,
  inbox: string,
  { used, messages, folders }: { readonly used: number; readonly messages: number; readonly folders: number },
): void {
  const path = join(dir, 'conf/quota', inbox['user.'.length]!);
  mkdirSync(path, { recursive: true });
  const value = `%(S (${used} 1000000) M (${messages}) AS (0) NF (${folders}) MODSEQ 1)`;
  writeFileSync(join(path, inbox), value);
  atRest(join(path, inbox));
}

/** Text in which every slice is another message. */
function noise(random: RandomBelow): Buffer {
  const text = Buffer.alloc(3360 * LINE);
  for (let i = 0; i < text.length; i++)
    text[i] = i % LINE === LINE - 2 ? 0x0d : i % LINE === LINE - 1 ? 0x0a : 0x61 + random(26);
  return text;
}

/** mulberry32, the public-domain generator: integers below `below`. */
export function seeded(seed: number): RandomBelow {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
