/** Every reader of src/formats and what stands on it; a new one is one entry here. */
import { deepStrictEqual } from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { decodeName } from '../../src/bytes/text.js';
import { bufferSource } from '../../src/bytes/byte-source.js';
import {
  parseAnnotationValue,
  parseGlobalAnnotationKey,
  parseMessageAnnotationKey,
} from '../../src/formats/annotations/annotation-row.js';
import { itemText } from '../../src/cli/item-text.js';
import { findMalformedItem } from '../../src/formats/cache/check-items.js';
import { CACHE_ITEMS, SECTION_VERSIONS } from '../../src/formats/cache/layout.js';
import {
  cacheGeneration,
  CacheRecord,
  cacheRecordCrc,
  readCacheRecord,
  type CacheProblem,
} from '../../src/formats/cache/read-record.js';
import { findSectionFault, listSectionParts } from '../../src/formats/cache/section.js';
import { parseConversationsRow } from '../../src/formats/conversations/conversations-row.js';
import { parseCounters } from '../../src/formats/counters/counters.js';
import type { CyrusDb } from '../../src/formats/cyrusdb/cyrusdb.js';
import { openCyrusDb } from '../../src/formats/cyrusdb/open-cyrusdb.js';
import { salvageTwoskip } from '../../src/formats/cyrusdb/twoskip/salvage.js';
import { parseDlist } from '../../src/formats/dlist/dlist.js';
import { parseImapdConf } from '../../src/formats/imapd-conf/imapd-conf.js';
import { decodeRecord } from '../../src/formats/index/decode-record.js';
import { MAX_HEADER_SIZE, readIndexHeader } from '../../src/formats/index/read-header.js';
import { KERNEL_BUFFER_SIZE, ScanKernel } from '../../src/formats/index/kernel/scan-kernel.js';
import {
  FlagCrcs,
  newTotals,
  recordOffsets,
  scanRecords,
  type RecordTotals,
} from '../../src/formats/index/scan-records.js';
import { parseAnyDlistForm, parseMailboxHeader } from '../../src/formats/mailbox-header/mailbox-header.js';
import { classifyEntryName } from '../../src/formats/mailbox-directory/entry-names.js';
import { classifyKey } from '../../src/formats/mboxlist/key.js';
import { parseAnyMbentry, parseJmapidRow, parseUniqueidRow } from '../../src/formats/mboxlist/mbentry.js';
import { decodePlainRow } from '../../src/formats/mboxlist/plain-row.js';
import { scanEntry, type Span } from '../../src/formats/mboxlist/scan-entry.js';
import { parsePlainEntry } from '../../src/formats/mboxlist/plain-entry.js';
import { parseQuotaRecord } from '../../src/formats/quota/quota-record.js';
import { parseSeenRow } from '../../src/formats/seen/seen-row.js';
import { listForm } from '../../src/formats/mboxlist/generation.js';
import { parseSieveBytecode } from '../../src/formats/sieve/bytecode.js';
import { readSieveDirectory } from '../../src/formats/sieve/script-directory.js';
import { parseScriptMessage } from '../../src/formats/sieve/script-message.js';
import { parseSkipstamp } from '../../src/formats/skipstamp/skipstamp.js';
import { checkSqlite } from '../../src/formats/sqlite/check-sqlite.js';
import { parseStatuscacheRow } from '../../src/formats/statuscache/statuscache-row.js';
import { SubscriptionRows } from '../../src/formats/subscriptions/subscription-rows.js';
import { parseSyncCacheRow } from '../../src/formats/sync-cache/sync-cache-row.js';
import { scanSyncLog } from '../../src/formats/sync-log/sync-log.js';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import { AuditError } from '../../src/model/audit-error.js';
import type { FormatFault } from '../../src/model/fault.js';
import type { IndexHeader } from '../../src/model/index-file.js';
import { readExpungedUids } from '../../src/sources/spool/expunge-file.js';
import { PlainMailboxList } from '../../src/sources/spool/plain-mailbox-list.js';
import { TypedMailboxList, type MailboxList } from '../../src/sources/spool/mailbox-list.js';
import { makeSpoolLayout } from '../../src/sources/spool/paths.js';
import { encodeIndex } from '../support/encode/encode-index.js';
import { encodeTwom } from '../support/encode/encode-twom.js';
import { INDEX_VERSIONS } from '../../src/formats/index/versions/all.js';
import { v19Wide } from '../../src/formats/index/versions/v19.js';
import type { IndexVersion } from '../../src/formats/index/versions/index-version.js';
import { itemProblem } from '../support/inspect-schema.js';
import { sqliteAnchors } from '../support/sqlite-anchors.js';
import { wholeCache } from '../support/whole-cache.js';
import { resealCounters, resealIndex, resealTwom, resealTwoskip } from './reseal.js';
import { auditReaders } from './audit-readers.js';
import { reinjectReaders } from './reinject-readers.js';
import type { Outcome, ReaderUnderTest } from './reader-under-test.js';
import { seedFiles } from './seeds.js';

export const FILE = 'f';

const withName = (pattern: RegExp) => (): Buffer[] =>
  seedFiles()
    .filter(({ path }) => pattern.test(path))
    .map(({ bytes }) => bytes);

const startingWith =
  (magic: string, pattern = /\.(db|sub|seen|conversations)$|annotations$/) =>
  (): Buffer[] =>
    withName(pattern)().filter((bytes) => bytes.toString('latin1', 4, 4 + magic.length) === magic);

/** Rows of the databases of a name. */
const rowsOf = (pattern: RegExp) => (): { readonly key: Buffer; readonly value: Buffer }[] =>
  withName(pattern)().flatMap((bytes) => [...(openCyrusDb(bufferSource(bytes), FILE).db?.rows() ?? [])]);

const keysOf = (pattern: RegExp) => () => rowsOf(pattern)().map(({ key }) => key);
const valuesOf = (pattern: RegExp) => () => rowsOf(pattern)().map(({ value }) => value);

const DLIST_TOKENS = [
  '(',
  ')',
  '%(',
  '%',
  '"',
  '\\',
  '{',
  '{3}\r\n',
  '{4294967295}\r\n',
  '{5+}\n',
  'NIL',
  ' ',
  '\r\n',
  '\0',
];

type ParseRow = (key: Buffer, value: Buffer, file: string) => Outcome;

/** A reader of rows: key and value are mutated together, with the length of the key before them. */
const rowReader = (name: string, rows: () => { readonly key: Buffer; readonly value: Buffer }[], parse: ParseRow) => ({
  name,
  seeds: (): Buffer[] =>
    rows().map(({ key, value }) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(key.length);
      return Buffer.concat([length, key, value]);
    }),
  read: (bytes: Buffer): Outcome => {
    const cut = 2 + (bytes.length < 2 ? 0 : bytes.readUInt16BE(0) % Math.max(1, bytes.length - 1));
    return parse(bytes.subarray(2, cut), bytes.subarray(cut), FILE);
  },
  tokens: [...DLIST_TOKENS, 'I 8 (', 'S 8 (', '$FOLDER_IDS', 'B0123456789abcdef', ':0:', '[1.2]', '-', '1 '],
});

const row = (key: string, value: string) => ({ key: Buffer.from(key), value: Buffer.from(value) });

/** As the servers of test/real/ write them; the fixtures hold none. */
const STATUSCACHE = [
  row('user.a%', 'I 8 (5 7 1795230000 1 1234 3 9)'),
  row('user.a%ben', 'S 8 (0 1 9)'),
  row('user.a%a', '4 17 0 5 7 1795230000 1 9'),
];
const SYNC_CACHE = [
  row(
    'user.bob',
    '%(UNIQUEID 8p42qajt8i9twui14ffc1h4e MBOXNAME user.bob SYNC_CRC 3246164327 SYNC_CRC_ANNOT 566797578 LAST_UID 1 ' +
      'HIGHESTMODSEQ 6 RECENTTIME 0 UIDVALIDITY 1795224858 PARTITION default ACL "bob\tlrswipkxtecda\t" OPTIONS P ' +
      'ANNOTATIONS (%(ENTRY /comment USERID NIL MODSEQ 4 VALUE {4}\r\nnote)) USERFLAGS ($Label1 x))',
  ),
];

const MAILBOXES = /\/mailboxes\.db$/;

/** Every way to read a database. More rows than bytes are a circle. */
function readDatabase(db: CyrusDb, size: number): void {
  const keys: Buffer[] = [];
  for (const { key } of db.rows()) {
    keys.push(key);
    if (keys.length > size) throw new Error('more rows than bytes');
  }
  for (let i = 0; i < keys.length; i += 1 + (keys.length >> 4)) {
    db.get(keys[i]!);
    db.rows(keys[i]).next();
  }
  db.get(Buffer.from('N'));
  const visited: string[] = [];
  const faults = db.verify((bytes, keyAt, _valueAt, end) => visited.push(bytes.toString('hex', keyAt, end)));
  const again = [...db.rows()].map(({ key, value }) => key.toString('hex') + value.toString('hex'));
  if (again.length > size) throw new Error('more rows than bytes');
  // What a check shows on its way counts only when it found nothing; it comes in the order of the file.
  if (faults.length === 0 && visited.length > 0) deepStrictEqual(visited.sort(), again.sort());
}

const readCyrusDb = (bytes: Buffer): Outcome => {
  const { db, faults, unsupported } = openCyrusDb(bufferSource(bytes), FILE);
  if (db !== undefined) readDatabase(db, bytes.length);
  return { value: db ?? unsupported, faults: db?.faults ?? faults };
};

const readSalvaged = (bytes: Buffer): Outcome => {
  const db = salvageTwoskip(bufferSource(bytes), FILE);
  for (const { key } of db.rows()) db.get(key);
  return { value: db, faults: db.faults };
};

const FLAG_NAMES = ['$Label1', undefined, 'Work'];

const kernel = new ScanKernel();

/** Whatever the kernel calls sound, the reader that it stands for calls sound as well, and both add up alike. */
function checkKernel(
  bytes: Buffer,
  header: IndexHeader,
  version: IndexVersion,
  faults: number,
  totals: RecordTotals,
): void {
  if (bytes.length > KERNEL_BUFFER_SIZE) return;
  bytes.copy(kernel.buffers[0]);
  const added = newTotals();
  if (!kernel.scan(recordOffsets(version), header, new FlagCrcs(FLAG_NAMES), added)) return;
  deepStrictEqual({ ...added, faults: 0 }, { ...totals, faults });
}

const readIndex = (bytes: Buffer): Outcome => {
  const { header, version, faults } = readIndexHeader(bytes.subarray(0, MAX_HEADER_SIZE), bytes.length, FILE);
  if (header === undefined || version === undefined) return { faults };
  const all = [...faults];
  const records = bytes.subarray(header.startOffset, header.startOffset + header.numRecords * header.recordSize);
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const block = { bytes: records, view, count: header.numRecords, fileOffset: header.startOffset };
  const totals = newTotals();
  scanRecords(block, version, header, new FlagCrcs(FLAG_NAMES), totals, all, FILE);
  checkKernel(bytes, header, version, all.length - faults.length, totals);
  const offsets = recordOffsets(version);
  for (let i = 0; i < block.count; i++) decodeRecord(block, i, offsets, FLAG_NAMES, header.highestmodseq);
  return { value: header, faults: all };
};

/** Indexes of one version: real ones as far as there are any, and one that was encoded. */
const indexSeeds = (version: IndexVersion) => (): Buffer[] => {
  const real = withName(/\/cyrus\.index$/)().filter(
    (bytes) => bytes.length > version.header.size && bytes.readUInt32BE(8) === version.minor,
  );
  const records = [1, 2, 5, 9].map((uid) => ({
    uid,
    modseq: uid * 3,
    size: 100 * uid,
    systemFlags: uid,
    userFlags: [uid, 0, 0, 4],
    guid: Buffer.alloc(20, uid),
    cid: 0xabcdef0123456789n,
    createdmodseq: uid,
  }));
  return [...real.slice(0, 40), encodeIndex({ version, records, userFlags: ['a', 'b', 'c', 'd'] })];
};

const indexReaders: ReaderUnderTest[] = [...INDEX_VERSIONS.values(), v19Wide].map((version) => ({
  name: `cyrus.index-${String(version.minor)}${version === v19Wide ? '-wide' : ''}`,
  seeds: indexSeeds(version),
  read: readIndex,
  reseal: resealIndex,
}));

/** A file of this thread alone, with none beside it, and in memory where the system has such a place. */
let directory: string | undefined;
function scratch(name: string): string {
  directory ??= mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cyraudit-fuzz-'));
  const path = join(directory, basename(name), name);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}
const removeScratch = (): void => {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  directory = undefined;
};

/** The short cut for plain rows against the grammar, and the scanner for the fields that are looked up. */
const readMbentry = (bytes: Buffer): Outcome => {
  const decoded = parseAnyMbentry('user.ada', bytes, FILE);
  const plain = decodePlainRow('user.ada', bytes);
  if (plain !== undefined) deepStrictEqual(decoded, { value: plain, faults: [] });
  const scanned = scanEntry(bytes, 0, bytes.length);
  if (scanned !== undefined && decoded.value !== undefined && decoded.faults.length === 0) {
    const { uniqueid, partition, mbtype } = decoded.value;
    const text = (span: Span | undefined): string | undefined =>
      span === undefined ? undefined : decodeName(bytes.subarray(span.from, span.to));
    const known = (value: string | undefined): string | undefined => (value === 'NIL' ? undefined : value);
    deepStrictEqual(
      [known(text(scanned.uniqueid)), known(text(scanned.partition)), known(text(scanned.mbtype)) ?? ''],
      [known(uniqueid), known(partition), known(mbtype.letters) ?? ''],
    );
  }
  return decoded;
};

const readMailboxHeader = (bytes: Buffer): Outcome => {
  const decoded = parseMailboxHeader(bytes, FILE);
  // Only the dlist form has a short cut; odd names of flags are told of either form, behind it.
  if (decoded.value?.form === 'dlist') {
    const faults = decoded.faults.filter(({ code }) => code !== 'header-flag-name');
    deepStrictEqual({ ...decoded, faults }, parseAnyDlistForm(bytes, FILE));
  }
  return decoded;
};

const readExpunge = (bytes: Buffer): Outcome => {
  const path = scratch('cyrus.expunge');
  writeFileSync(path, bytes);
  const unread: string[] = [];
  return { value: [readExpungedUids(path, 10, unread), unread], faults: [] };
};

/** Each record that begins where the one before it ended, in every version that has a table of parts of its own. */
const readCache = (bytes: Buffer): Outcome => {
  const source = wholeCache(bytes);
  const record = new CacheRecord();
  let problem: CacheProblem | undefined;
  let records = 0;
  for (let at = 4; at < bytes.length && problem === undefined; at += record.length) {
    problem = readCacheRecord(source, at, record);
    if (problem !== undefined) break;
    records++;
    cacheRecordCrc(source, record);
    const { base, itemAt, itemLength } = record;
    const section = CACHE_ITEMS.indexOf('SECTION');
    const from = base + itemAt[section]!;
    const end = from + itemLength[section]!;
    for (const version of SECTION_VERSIONS) {
      findMalformedItem(bytes, record, version.since);
      if (findSectionFault(bytes, from, end, version) < 0) listSectionParts(bytes, from, end, version, 101);
    }
  }
  return {
    value: [cacheGeneration(source), records],
    faults: problem === undefined ? [] : [{ ...problem, file: FILE }],
  };
};

/** `cyraudit inspect` of a file of this name. Only that it is none of Cyrus's may be thrown. */
const inspected =
  (name: string) =>
  (bytes: Buffer): Outcome => {
    const path = scratch(name);
    writeFileSync(path, bytes);
    try {
      let items = 0;
      const inspection = inspectFile(path);
      for (const item of inspection.items) {
        items += itemText(item).length;
        const problem = itemProblem(path, inspection.about, item);
        if (problem !== undefined) throw new Error(problem);
      }
      return { value: items, faults: [] };
    } catch (error) {
      if (!(error instanceof AuditError) || error.code !== 'not-a-file') throw error;
      return { value: error.code, faults: [] };
    }
  };

const inspectReaders: ReaderUnderTest[] = [
  { name: 'cyrus.index', pattern: /\/cyrus\.index$/, reseal: resealIndex },
  { name: 'cyrus.header', pattern: /\/cyrus\.header$/ },
  { name: 'cyrus.cache', pattern: /\/cyrus\.cache$/ },
  { name: 'mailboxes.db', pattern: MAILBOXES, reseal: resealTwoskip },
  { name: 'annotations.db', pattern: /\/annotations\.db$/, reseal: resealTwoskip },
  { name: 'cyrus.annotations', pattern: /\/cyrus\.annotations$/, reseal: resealTwoskip },
  { name: 'some.seen', pattern: /\/(seen\.db|\w+\.seen)$/, reseal: resealTwoskip },
  { name: 'some.sub', pattern: /\/(sub\.db|\w+\.sub)$/, reseal: resealTwoskip },
  { name: 'deliver.db', pattern: /\/deliver\.db$/, reseal: resealTwoskip },
  { name: 'quota/user.ada', pattern: /\/quota\// },
  { name: 'log', pattern: /\/sync\/log$/ },
  { name: 'conversations.db', pattern: /conversations(\.db)?$/ },
  { name: 'counters.db', pattern: /counters(\.db)?$/, reseal: resealCounters },
  { name: 'statuscache.db', pattern: /\/deliver\.db$/, reseal: resealTwoskip },
  { name: 'quotas.db', pattern: /\/quotas\.db$/, reseal: resealTwoskip },
  { name: 'a.bc', pattern: /\.bc$/ },
  { name: 'skipstamp', pattern: /\/skipstamp$/ },
  { name: 'cyrus.expunge', pattern: /index-version-10\/.*cyrus\.index$/ },
].map(({ name, pattern, reseal }) => ({
  name: `inspect-${name.replace('/', '-')}`,
  seeds: withName(pattern),
  read: inspected(name),
  ...(reseal === undefined ? {} : { reseal }),
  share: 0.1,
  close: removeScratch,
}));

const CONF =
  'configdirectory: /c\npartition-default: /s\nmetapartition-default: /m\nmetapartition_files: header index\n';
const LAYOUTS = ['', 'hashimapspool: yes\n', 'fulldirhash: yes\nhashimapspool: yes\nvirtdomains: on\n'].map((more) =>
  makeSpoolLayout(
    parseImapdConf(CONF + more, FILE, () => new Error('no file')),
    { confDir: '/' },
  ),
);

/** Whatever a list says: no path leads outside, and the list answers every question about each of its names. */
const readList = (bytes: Buffer): Outcome => {
  const { db, faults } = openCyrusDb(bufferSource(bytes), FILE);
  if (db === undefined) return { value: 'no database', faults };
  const layout = LAYOUTS[bytes.length % LAYOUTS.length]!;
  const list: MailboxList =
    listForm(db.rows()) === 'plain' ? new PlainMailboxList(db, FILE, layout) : new TypedMailboxList(db, FILE, layout);
  let names = 0;
  for (const { mboxname: nameOf } of list.names()) {
    const mboxname = nameOf();
    if (++names > 25) break;
    const unit = list.unitOf(mboxname);
    for (const entry of list.entriesOf(unit)) {
      list.twinOf(entry);
      list.isNamedByUniqueid(entry);
      if (entry.uniqueid !== undefined) list.liveByUniqueid(entry.uniqueid, mboxname);
      const dirs = layout.mailboxDirs({ ...entry, partition: 'default' });
      for (const path of [dirs?.data, dirs?.metaOf('index'), dirs?.metaOf('cache')]) stayInside(path, ['/s', '/m']);
    }
    if (unit.kind === 'user') {
      stayInside(layout.userMetaPath(unit.userid, 'sub'), ['/c']);
      stayInside(layout.sievePath(unit.userid), ['/usr/sieve']);
    }
    stayInside(layout.quotaPath(mboxname), ['/c']);
  }
  return { value: list, faults: [] };
};

function stayInside(path: string | undefined, roots: readonly string[]): void {
  if (path === undefined) return;
  if (!roots.some((root) => path.startsWith(`${root}/`)) || /(^|\/)\.\.?(\/|$)|\0/.test(path))
    throw new Error(`a path leads outside: ${JSON.stringify(path)}`);
}

const parsed =
  (parse: (bytes: Buffer, file: string) => { readonly value?: unknown; readonly faults: readonly FormatFault[] }) =>
  (bytes: Buffer): Outcome =>
    parse(bytes, FILE);

const readScripts = (bytes: Buffer): Outcome => {
  const entries = decodeName(bytes)
    .split('\n')
    .map((line) => {
      const [name = '', target] = line.split('>');
      return target === undefined ? { name } : { name, target };
    });
  return { value: readSieveDirectory(entries), faults: [] };
};

const readConf = (bytes: Buffer): Outcome => {
  const text = bytes.toString('utf8');
  const conf = parseImapdConf(text, FILE, (path) => (path.length % 2 === 0 ? text : new Error('no file')));
  for (const [name] of conf.options) {
    conf.get(name, 'imap');
    conf.isOn(name, false);
    conf.list(name);
  }
  try {
    makeSpoolLayout(conf, { confDir: '/', root: '/r' });
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
  }
  return { value: conf, faults: [] };
};

const put = (key: string, value: string) => [Buffer.from(key), Buffer.from(value)] as const;
const TWOM_HISTORY = [
  [put('a', '1'), put('b', '2'), put('c', '3'), put('d', '4'), put('user.ada', '%(T e)')],
  [put('b', '22'), [Buffer.from('c'), undefined] as const],
  [put('c', '33'), put('e', ''), put('key00038', 'x'.repeat(90))],
];
/** No server that writes twom was at hand: encoded, and cut to where the junk begins. */
const twomSeeds = (): Buffer[] =>
  [
    encodeTwom(TWOM_HISTORY),
    encodeTwom(TWOM_HISTORY, { checksums: false }),
    encodeTwom(TWOM_HISTORY, { uncommitted: [put('bb', 'x'), put('z', 'y')] }),
  ].map((bytes) => bytes.subarray(0, 4096));

export const readers: readonly ReaderUnderTest[] = [
  { name: 'twoskip', seeds: startingWith('twoskip'), read: readCyrusDb, reseal: resealTwoskip },
  { name: 'twoskip-salvage', seeds: startingWith('twoskip'), read: readSalvaged, reseal: resealTwoskip },
  { name: 'skiplist', seeds: startingWith('skiplist'), read: readCyrusDb },
  { name: 'twom', seeds: twomSeeds, read: readCyrusDb, reseal: resealTwom },
  {
    name: 'flat',
    seeds: () =>
      withName(/\.sub$|\.seen$|\/sub\.db$|\/(mailboxes|annotations)\.db$/)().filter(
        (bytes) => bytes.length > 0 && !bytes.includes(0),
      ),
    read: readCyrusDb,
    tokens: ['\t', '\n', '\xff', '\xff\xff', '\xff\x80', '\x1fVER\x1f\t2\n'],
  },
  ...indexReaders,
  { name: 'cyrus.expunge', seeds: indexSeeds(INDEX_VERSIONS.get(10)!), read: readExpunge, close: removeScratch },
  {
    name: 'cyrus.cache',
    seeds: withName(/\/cyrus\.cache$/),
    read: readCache,
    tokens: ['\0\0\0\0', 'NIL', '(', ')', '"'],
  },
  {
    name: 'cyrus.header',
    seeds: withName(/\/cyrus\.header$/),
    read: readMailboxHeader,
    tokens: [...DLIST_TOKENS, '\t', '\n'],
  },
  { name: 'dlist', seeds: valuesOf(MAILBOXES), read: parsed(parseDlist), tokens: DLIST_TOKENS },
  {
    name: 'mbentry',
    seeds: valuesOf(MAILBOXES),
    read: readMbentry,
    tokens: DLIST_TOKENS,
  },
  {
    name: 'mbentry-by-uniqueid',
    seeds: valuesOf(MAILBOXES),
    read: parsed((b, f) => parseUniqueidRow('x', b, f)),
    tokens: DLIST_TOKENS,
  },
  {
    name: 'mbentry-older',
    seeds: valuesOf(/v[23]\.[045]\.\S*\/mailboxes\.db$/),
    read: parsed((b, f) => parsePlainEntry('user.ada', b, f)),
    tokens: [...DLIST_TOKENS, '\t', '!', '(uniqueid '],
  },
  {
    name: 'mailbox-list-key',
    seeds: keysOf(MAILBOXES),
    read: (bytes) => ({ value: classifyKey(bytes), faults: [] }),
    tokens: ['\x1d', '\x1e', '\x1f', 'N', 'I', 'AU\x1e', '$RACL$', '!', '^', '.'],
  },
  { name: 'mailbox-list', seeds: withName(MAILBOXES), read: readList, reseal: resealTwoskip },
  {
    name: 'annotation-key',
    seeds: keysOf(/\/annotations\.db$/),
    read: parsed(parseGlobalAnnotationKey),
    tokens: ['\0', '/'],
  },
  {
    name: 'message-annotation-key',
    seeds: keysOf(/\/cyrus\.annotations$/),
    read: parsed(parseMessageAnnotationKey),
    tokens: ['\0', '/'],
  },
  {
    name: 'annotation-value',
    seeds: valuesOf(/annotations(\.db)?$/),
    read: parsed(parseAnnotationValue),
    tokens: ['\0'],
  },
  {
    name: 'seen',
    seeds: valuesOf(/\/(seen\.db|\w+\.seen)$/),
    read: parsed(parseSeenRow),
    tokens: [' ', ':', ',', '1:*'],
  },
  {
    name: 'subscription',
    seeds: keysOf(/\/(sub\.db|\w+\.sub)$/),
    read: (bytes) => {
      const rows = new SubscriptionRows('joe.smith', FILE);
      rows.parse(Buffer.from('\x1fVER\x1f'), Buffer.from(String(bytes.length % 4)));
      return rows.parse(bytes, bytes.subarray(2));
    },
    tokens: ['\x1fVER\x1f', 'NINBOX', '\x1f', 'N'],
  },
  {
    name: 'quota',
    seeds: () => [...withName(/\/quota\//)(), ...valuesOf(/\/quotas\.db$/)()],
    read: parsed(parseQuotaRecord),
    tokens: [...DLIST_TOKENS, 'S', 'SCAN', 'MODSEQ', '-1', '\n'],
  },
  {
    name: 'sync-log',
    seeds: withName(/\/sync\/log$/),
    read: (bytes) => {
      const faults: FormatFault[] = [];
      let value = 0;
      for (const line of scanSyncLog(bufferSource(bytes), FILE, faults)) value += line.args.length;
      return { value, faults };
    },
    tokens: ['"', '\\', '\n', '\r\n', '{3}\r\n', ' ', '\0'],
  },
  {
    name: 'mbentry-by-jmapid',
    seeds: valuesOf(MAILBOXES),
    read: parsed((b, f) => parseJmapidRow('P1', b, f)),
    tokens: DLIST_TOKENS,
  },
  { name: 'counters', seeds: withName(/counters(\.db)?$/), read: parsed(parseCounters), reseal: resealCounters },
  rowReader('conversations', rowsOf(/conversations(\.db)?$/), parseConversationsRow),
  rowReader('statuscache', () => STATUSCACHE, parseStatuscacheRow),
  rowReader('sync-cache', () => SYNC_CACHE, parseSyncCacheRow),
  { name: 'sieve-bytecode', seeds: withName(/\.bc$/), read: parsed(parseSieveBytecode) },
  {
    name: 'sieve-message',
    seeds: () => [
      Buffer.from('From: <ada@example.org>\r\nSubject: =?UTF-8?Q?a_=C3=BC?=\r\n =?UTF-8?B?w7w=?=\r\n\r\nkeep;\r\n'),
    ],
    // Nothing is an answer as well: that it is no script.
    read: (bytes) => ({ value: [parseScriptMessage(bytes)], faults: [] }),
    tokens: ['\r\n', 'Subject:', '=?UTF-8?Q?', '=?UTF-8?B?', '?=', '=C3', ' '],
  },
  {
    name: 'sqlite',
    seeds: () => sqliteAnchors().map(({ bytes }) => bytes),
    // Nothing found is an answer as well.
    read: (bytes) => ({ value: bytes.length, faults: checkSqlite(bufferSource(bytes), FILE) }),
  },
  { name: 'skipstamp', seeds: withName(/\/skipstamp$/), read: parsed(parseSkipstamp) },
  {
    name: 'sieve-directory',
    seeds: () => [Buffer.from('a.script\na.bc\ndefaultbc>a.bc\nb.bc.NEW\nsync_tmp-12\nx.script>y\n')],
    read: readScripts,
    tokens: ['.bc', '.script', 'defaultbc', '>', '\n', '.NEW', '/'],
  },
  {
    name: 'mailbox-directory-name',
    seeds: () =>
      ['cyrus.index', 'cyrus.cache.NEW', '12.', '12.NEW', '007.', 'stage.', 'Work'].map((n) => Buffer.from(n)),
    read: (bytes) => ({ value: classifyEntryName(decodeName(bytes)), faults: [] }),
    tokens: ['.NEW', '.', '4294967295', '0', 'cyrus.'],
  },
  {
    name: 'imapd.conf',
    seeds: withName(/\/imapd\.conf$/),
    read: readConf,
    tokens: ['\\\n', ':', '@include: ', '@include: ./x', '{configdirectory}', '#', '\n', ' ', '\xa0', 'partition-'],
  },
  ...inspectReaders,
  ...auditReaders,
  ...reinjectReaders,
];
