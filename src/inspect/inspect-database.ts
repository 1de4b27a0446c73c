import { basename } from 'node:path';
import {
  parseAnnotationValue,
  parseGlobalAnnotationKey,
  parseMessageAnnotationKey,
} from '../formats/annotations/annotation-row.js';
import type { CyrusDbRow } from '../formats/cyrusdb/cyrusdb.js';
import { TWOSKIP_MAGIC } from '../formats/cyrusdb/twoskip/layout.js';
import { salvageTwoskip } from '../formats/cyrusdb/twoskip/salvage.js';
import { parseFlat } from '../formats/cyrusdb/flat/parse-flat.js';
import { classifyKey } from '../formats/mboxlist/key.js';
import { parseMbentry, parseUniqueidRow } from '../formats/mboxlist/mbentry.js';
import { parseQuotaRecord } from '../formats/quota/quota-record.js';
import { parseSeenRow } from '../formats/seen/seen-row.js';
import { parseSubscriptionRow } from '../formats/subscriptions/subscription-key.js';
import type { Decoded } from '../model/fault.js';
import type { Mbentry } from '../model/mailbox.js';
import { PagedFile } from '../sources/read-only-file.js';
import { openDatabase } from '../sources/spool/open-database.js';
import { bytesToText, faultItem, fieldsOf, type Inspection, type Item } from './inspection.js';

type DecodeRow = (row: CyrusDbRow, file: string) => Iterable<Item>;

/** What the rows of a database mean is told by its name; the rows of any other one are shown as they are. */
const ROWS: readonly (readonly [name: RegExp, kind: string, decode: DecodeRow])[] = [
  [/^mailboxes\.db/, 'mailbox list', mailboxRow],
  [/^annotations\.db/, 'annotations', annotationRow],
  [/^cyrus\.annotations/, 'message annotations', messageAnnotationRow],
  [/^quotas\.db/, 'quota roots', (row, file) => valueRow(row, 'quotaroot', parseQuotaRecord(row.value, file))],
  [/\.seen$|^seen\.db$/, 'seen state', (row, file) => valueRow(row, 'uniqueid', parseSeenRow(row.value, file))],
  [/\.sub$/, 'subscriptions', subscriptionRow],
];

function rowsOf(file: string): { kind: string; decode: DecodeRow } {
  const [, kind, decode] = ROWS.find(([name]) => name.test(basename(file))) ?? [undefined, 'database', plainRow];
  return { kind, decode };
}

export function inspectTwoskip(file: string): Inspection {
  const { kind, decode } = rowsOf(file);
  return { kind: `${kind} in twoskip`, items: twoskipItems(file, decode) };
}

function* twoskipItems(file: string, decode: DecodeRow): Generator<Item> {
  const opened = openDatabase(file);
  try {
    if (opened.failure !== undefined) throw new Error(opened.failure.reason);
    if (opened.db === undefined) {
      yield* opened.faults.map(faultItem);
      yield* salvagedItems(file, decode);
      return;
    }
    // Before the rows: the order of the keys of a large file is known only then.
    const faults = opened.db.verify();
    for (const row of opened.db.rows()) yield* decode(row, file);
    yield* faults.map(faultItem);
    if (faults.some(({ code }) => code !== 'db-dirty' && code !== 'db-trailing-bytes'))
      yield* salvagedItems(file, decode);
  } finally {
    opened.close();
  }
}

/** What the transactions of a damaged file say: every item is marked, as no release of Cyrus shows this. */
function* salvagedItems(file: string, decode: DecodeRow): Generator<Item> {
  const source = PagedFile.open(file);
  try {
    if (!source.read(0, TWOSKIP_MAGIC.length).equals(TWOSKIP_MAGIC)) return;
    const salvaged = salvageTwoskip(source, file);
    for (const row of salvaged.rows()) for (const item of decode(row, file)) yield { ...item, salvaged: true };
  } finally {
    source.close();
  }
}

export function inspectFlat(file: string, bytes: Buffer): Inspection {
  const { kind, decode } = rowsOf(file);
  const { value: rows = [], faults } = parseFlat(bytes, file);
  return {
    kind: `${kind} in flat`,
    items: [...rows.flatMap((row) => [...decode(row, file)]), ...faults.map(faultItem)],
  };
}

export function inspectQuota(file: string, bytes: Buffer): Inspection {
  return { kind: 'quota root', items: [...decoded({ type: 'quota' }, parseQuotaRecord(bytes, file))] };
}

/** What was decoded as one item with its key, followed by the faults met. */
function* decoded(start: Item, { value, faults }: Decoded<object>): Generator<Item> {
  if (value !== undefined) yield { ...start, ...fieldsOf(value) };
  for (const fault of faults) yield { ...start, ...faultItem(fault) };
}

function* plainRow({ key, value }: CyrusDbRow): Generator<Item> {
  yield { type: 'row', key: bytesToText(key), value: bytesToText(value) };
}

function valueRow({ key }: CyrusDbRow, keyName: string, value: Decoded<object>): Iterable<Item> {
  return decoded({ type: 'row', [keyName]: bytesToText(key) }, value);
}

function mailboxRow(row: CyrusDbRow, file: string): Iterable<Item> {
  const key = classifyKey(row.key);
  switch (key.kind) {
    case 'name':
      return mbentry({ type: 'mailbox', mboxname: key.mboxname }, parseMbentry(key.mboxname, row.value, file));
    case 'uniqueid':
      return mbentry({ type: 'uniqueid', uniqueid: key.uniqueid }, parseUniqueidRow(key.uniqueid, row.value, file));
    default:
      return [{ ...[...plainRow(row)][0]!, type: key.kind }];
  }
}

/** The type is shown by its letters, as Cyrus stores them. */
function mbentry(start: Item, { value, faults }: Decoded<Mbentry>): Iterable<Item> {
  return decoded(
    start,
    value === undefined ? { faults } : { value: { ...value, mbtype: value.mbtype.letters }, faults },
  );
}

function annotationRow({ key, value }: CyrusDbRow, file: string): Iterable<Item> {
  const { value: parsed, faults } = parseGlobalAnnotationKey(key, file);
  return annotation(key, parsed, faults, parseAnnotationValue(value, file));
}

function messageAnnotationRow({ key, value }: CyrusDbRow, file: string): Iterable<Item> {
  const { value: parsed, faults } = parseMessageAnnotationKey(key, file);
  return annotation(key, parsed, faults, parseAnnotationValue(value, file));
}

function* annotation(
  key: Buffer,
  parsed: object | undefined,
  faults: Decoded<object>['faults'],
  value: Decoded<object>,
): Generator<Item> {
  const start = { type: 'annotation', ...(parsed === undefined ? { key: bytesToText(key) } : fieldsOf(parsed)) };
  yield* faults.map(faultItem);
  yield* decoded(start, value);
}

function subscriptionRow({ key, value }: CyrusDbRow, file: string): Iterable<Item> {
  const userid = basename(file, '.sub').replaceAll('^', '.');
  return decoded({ type: 'subscription' }, parseSubscriptionRow(key, value, userid, file));
}
