import type { Decoded, FormatFault } from '../../model/fault.js';
import type { AclEntry } from '../../model/mailbox.js';
import { shown } from '../../bytes/shown.js';
import { decodeName } from '../../bytes/text.js';
import { asBytes, asKvPairs, asList, asString, kvGet, parseDlist, type DlistItem } from '../dlist/dlist.js';
import { aclFromText } from '../mboxlist/acl.js';

/** The MAILBOX item that the replica last acknowledged for a mailbox, without its records. It may be stale. */
export interface SyncCacheRow {
  /** The key. */
  readonly mboxname: string;
  readonly uniqueid: string;
  readonly acl?: readonly AclEntry[];
  /** The rest by name: decimal numbers that fit into 32 bits as numbers, 64-bit ones as bigints, texts. */
  readonly values: Readonly<Record<string, string | number | bigint>>;
  readonly annotations: readonly SyncCacheAnnotation[];
  /** 3.12+: all named flags of the mailbox. */
  readonly userFlags?: readonly string[];
  /** Keys of the item that no release known here writes. */
  readonly unknown: readonly string[];
}

export interface SyncCacheAnnotation {
  readonly entry: string;
  readonly userid: string;
  readonly value: Buffer;
  readonly modseq?: bigint;
}

type Kind = 'text' | 'u32' | 'u64';

/** Keys of the item. Source: sync_prepare_dlists, imap/sync_support.c 3.4.8 to 3.13; sync-protocol.md section 4. */
const FIELDS: Readonly<Record<string, readonly [name: string, kind: Kind]>> = {
  JMAPID: ['jmapid', 'text'],
  MBOXTYPE: ['mbtype', 'text'],
  SYNC_CRC: ['syncCrcBasic', 'u32'],
  SYNC_CRC_ANNOT: ['syncCrcAnnot', 'u32'],
  LAST_UID: ['lastUid', 'u32'],
  RECENTUID: ['recentuid', 'u32'],
  UIDVALIDITY: ['uidvalidity', 'u32'],
  HIGHESTMODSEQ: ['highestmodseq', 'u64'],
  RECENTTIME: ['recenttime', 'u32'],
  LAST_APPENDDATE: ['lastAppenddate', 'u32'],
  POP3_LAST_LOGIN: ['pop3LastLogin', 'u32'],
  POP3_SHOW_AFTER: ['pop3ShowAfter', 'u32'],
  XCONVMODSEQ: ['xconvmodseq', 'u64'],
  COMPACT_EMAILIDS: ['compactEmailids', 'u32'],
  RACLMODSEQ: ['raclmodseq', 'u64'],
  USERGROUPS: ['usergroups', 'text'],
  VERSION: ['minorVersion', 'u32'],
  PARTITION: ['partition', 'text'],
  OPTIONS: ['options', 'text'],
  QUOTAROOT: ['quotaroot', 'text'],
  CREATEDMODSEQ: ['createdmodseq', 'u64'],
  FOLDERMODSEQ: ['foldermodseq', 'u64'],
  DELETEDMODSEQ: ['deletedmodseq', 'u64'],
  SINCE_MODSEQ: ['sinceModseq', 'u64'],
  SINCE_CRC: ['sinceCrcBasic', 'u32'],
  SINCE_CRC_ANNOT: ['sinceCrcAnnot', 'u32'],
};
/** Those that have a shape of their own. */
const OTHERS: readonly string[] = ['UNIQUEID', 'MBOXNAME', 'ACL', 'ANNOTATIONS', 'USERFLAGS'];

/** Faults kept per row; one with more is no row of a cache. */
const MAX_FAULTS = 20;

/** Source: sync_cache and sync_readcache, imap/sync_support.c 3.6.7; sync-log.md section 4. */
export function parseSyncCacheRow(key: Buffer, value: Buffer, file: string): Decoded<SyncCacheRow> {
  const mboxname = decodeName(key);
  const parsed = parseDlist(value, file, 0, 'sync-cache-syntax');
  const faults: FormatFault[] = [];
  const fault = (expected: string, actual: string): void => {
    if (faults.length >= MAX_FAULTS) return;
    faults.push({ code: 'sync-cache-syntax', file, expected, actual: `${shown(mboxname)}: ${shown(actual)}` });
  };
  // Without their offsets, which are in the value and not in the file.
  for (const { expected = '', actual = '' } of parsed.faults) fault(expected, actual);
  const pairs = asKvPairs(parsed.value);
  if (pairs === undefined) {
    if (parsed.value !== undefined) fault('a kvlist %(...)', parsed.value.kind);
    return { faults };
  }
  const uniqueid = asString(kvGet(parsed.value, 'UNIQUEID'));
  if (uniqueid === undefined) {
    fault('a uniqueid in UNIQUEID', 'none');
    return { faults };
  }
  const stored = asString(kvGet(parsed.value, 'MBOXNAME'));
  if (stored !== mboxname) fault('MBOXNAME as the key', stored ?? 'none');
  // sync_client takes the records out before it stores the item.
  if (kvGet(parsed.value, 'RECORD') !== undefined) fault('no RECORD', 'one');

  const values: Record<string, string | number | bigint> = {};
  const unknown: string[] = [];
  const seen = new Set<string>();
  for (const { key: name, value: item } of pairs) {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field === undefined && !OTHERS.includes(name) && name !== 'RECORD') unknown.push(name);
    // The first of two wins, as in dlist_getchild.
    if (field === undefined || item.kind === 'nil' || seen.has(name)) continue;
    seen.add(name);
    const decoded = decodeField(item, field[1]);
    if (decoded === undefined) fault(`${field[1] === 'text' ? 'a text' : 'a number'} in ${name}`, shownItem(item));
    else values[field[0]] = decoded;
  }
  const acl = asBytes(kvGet(parsed.value, 'ACL'));
  const flags = kvGet(parsed.value, 'USERFLAGS');
  const userFlags = asList(flags)?.flatMap((flag) => asString(flag) ?? []);
  if (flags !== undefined && userFlags === undefined) fault('a list of names in USERFLAGS', shownItem(flags));
  return {
    value: {
      mboxname,
      uniqueid,
      ...(acl === undefined ? {} : { acl: aclFromText(acl) }),
      values,
      annotations: annotationsOf(kvGet(parsed.value, 'ANNOTATIONS'), fault),
      ...(userFlags === undefined ? {} : { userFlags }),
      unknown,
    },
    faults,
  };
}

function decodeField(item: DlistItem, kind: Kind): string | number | bigint | undefined {
  const text = asString(item);
  if (text === undefined || kind === 'text') return text;
  if (!/^\d{1,20}$/.test(text)) return undefined;
  const number = BigInt(text);
  if (kind === 'u64') return number;
  return number > 0xffffffffn ? undefined : Number(number);
}

function annotationsOf(
  item: DlistItem | undefined,
  fault: (expected: string, actual: string) => void,
): SyncCacheAnnotation[] {
  if (item === undefined || item.kind === 'nil') return [];
  const annotations: SyncCacheAnnotation[] = [];
  for (const part of asList(item) ?? [item]) {
    const entry = asString(kvGet(part, 'ENTRY'));
    const userid = asString(kvGet(part, 'USERID'));
    const value = asBytes(kvGet(part, 'VALUE'));
    const modseq = decodeField(kvGet(part, 'MODSEQ') ?? { kind: 'nil' }, 'u64');
    if (entry === undefined || userid === undefined || value === undefined)
      fault('ENTRY, USERID and VALUE in ANNOTATIONS', shownItem(part));
    else annotations.push({ entry, userid, value, ...(typeof modseq === 'bigint' ? { modseq } : {}) });
  }
  return annotations;
}

function shownItem(item: DlistItem): string {
  return asString(item)?.slice(0, 40) ?? item.kind;
}
