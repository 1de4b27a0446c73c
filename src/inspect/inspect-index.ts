import { dirname, join } from 'node:path';
import { readNumber } from '../bytes/layout.js';
import { decodeRecord } from '../formats/index/decode-record.js';
import { FlagCrcs, newTotals, recordOffsets, scanRecords } from '../formats/index/scan-records.js';
import type { IndexVersion } from '../formats/index/versions/index-version.js';
import { parseMailboxHeader } from '../formats/mailbox-header/mailbox-header.js';
import type { FormatFault } from '../model/fault.js';
import { FLAG_ARCHIVED, FLAG_EXPUNGED, FLAG_UNLINKED, SYSTEM_FLAG_NAMES } from '../model/index-file.js';
import { readSmallFile } from '../sources/read-only-file.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { faultItem, fieldsOf, type Inspection, type Item } from './inspection.js';
import { unreadable } from './read-file.js';
import { versionOf } from './written-by.js';

const MAX_HEADER_BYTES = 1024 * 1024;

/** cyrus.index, or the cyrus.expunge of 2.3: the header, every record, and what is wrong with them. */
export function inspectIndex(file: string, format: 'cyrus.index' | 'cyrus.expunge'): Inspection {
  const index = openIndex(file);
  const { version } = index.head;
  index.close();
  const about = version === undefined ? { format } : { format, ...versionOf(format, String(version.minor)) };
  return { about, items: indexItems(file) };
}

function openIndex(file: string): IndexFile {
  const { index, failure } = IndexFile.open(file);
  if (failure !== undefined) throw unreadable(failure.reason);
  return index;
}

function* indexItems(file: string): Generator<Item> {
  const index = openIndex(file);
  try {
    const { header, version, faults: headerFaults } = index.head;
    if (header !== undefined) yield { type: 'header', ...fieldsOf(header) };
    yield* headerFaults.map(faultItem);
    if (header === undefined || version === undefined) return;
    const known = userFlagNames(dirname(file));
    const names = known ?? [];
    const flagCrcs = new FlagCrcs(names);
    const offsets = recordOffsets(version);
    const totals = newTotals();
    for (const block of index.blocks()) {
      for (let i = 0; i < block.count; i++) {
        const { systemFlags, userFlags, unnamedFlags, expunged, unlinked, archived, ...rest } = decodeRecord(
          block,
          i,
          offsets,
          names,
        );
        const flags = [...systemFlagNames(systemFlags), ...userFlags, ...unnamedFlags.map((n) => `user flag ${n}`)];
        const shown = shownOnly(block.view, i * offsets.size, version);
        yield { type: 'record', ...fieldsOf({ ...rest, flags, ...shown }) };
      }
      const faults: FormatFault[] = [];
      scanRecords(block, version, header, flagCrcs, totals, faults, file);
      // Without a cyrus.header no flag has a name, which says nothing about the index.
      const own = known === undefined ? faults.filter(({ code }) => code !== 'record-unnamed-user-flag') : faults;
      yield* own.map(faultItem);
    }
  } finally {
    index.close();
  }
}

/** Fields that no comparison looks at. */
const SHOWN_ONLY = ['sentdate', 'gmtime', 'headerSize', 'contentLines', 'cacheCrc'] as const;

function shownOnly(view: DataView, base: number, { record }: IndexVersion): Record<string, number> {
  const read = (name: string): number | undefined => {
    const field = record.fields[name];
    return field === undefined ? undefined : readNumber(view, base, field);
  };
  const shown: Record<string, number> = {};
  for (const name of SHOWN_ONLY) {
    const value = read(name);
    if (value !== undefined) shown[name] = value;
  }
  // The upper half of the version's word continues the offset since 3.2. Source: index.md section 4.1.
  const word = read('cacheVersion') ?? 0;
  return { ...shown, cacheOffset: (read('cacheOffset') ?? 0) + (word >>> 16) * 2 ** 32, cacheVersion: word & 0xffff };
}

function systemFlagNames(flags: number): string[] {
  const known: readonly (readonly [number, string])[] = [
    ...SYSTEM_FLAG_NAMES,
    [FLAG_EXPUNGED, 'expunged'],
    [FLAG_UNLINKED, 'unlinked'],
    [FLAG_ARCHIVED, 'archived'],
  ];
  const names = known.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  const others = (flags & ~known.reduce((bits, [bit]) => bits | bit, 0)) >>> 0;
  return others === 0 ? names : [...names, `0x${others.toString(16)}`];
}

/**
 * The index holds only numbers of user flags; their names are in cyrus.header. undefined = there is none beside the
 * index that can be read: either may be on a partition of its own.
 */
function userFlagNames(directory: string): readonly (string | undefined)[] | undefined {
  const path = join(directory, 'cyrus.header');
  const read = readSmallFile(path, MAX_HEADER_BYTES);
  return read.bytes === undefined ? undefined : parseMailboxHeader(read.bytes, path).value?.userFlags;
}
