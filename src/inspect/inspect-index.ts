import { dirname, join } from 'node:path';
import { decodeRecord } from '../formats/index/decode-record.js';
import { FlagCrcs, newTotals, recordOffsets, scanRecords } from '../formats/index/scan-records.js';
import { parseMailboxHeader } from '../formats/mailbox-header/mailbox-header.js';
import type { FormatFault } from '../model/fault.js';
import { FLAG_ARCHIVED, FLAG_EXPUNGED, FLAG_UNLINKED, SYSTEM_FLAG_NAMES } from '../model/index-file.js';
import { readSmallFile } from '../sources/read-only-file.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { faultItem, fieldsOf, type Inspection, type Item } from './inspection.js';

const MAX_HEADER_BYTES = 1024 * 1024;

/** cyrus.index: its header, every record, and what is wrong with them. */
export function inspectIndex(file: string): Inspection {
  return { kind: 'cyrus.index', items: indexItems(file) };
}

function* indexItems(file: string): Generator<Item> {
  const { index, failure } = IndexFile.open(file);
  if (failure !== undefined) throw new Error(failure.reason);
  try {
    const { header, version, faults: headerFaults } = index.head;
    if (header !== undefined) yield { type: 'header', ...fieldsOf(header) };
    yield* headerFaults.map(faultItem);
    if (header === undefined || version === undefined) return;
    const names = userFlagNames(dirname(file));
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
        yield { type: 'record', ...fieldsOf({ ...rest, flags }) };
      }
      const faults: FormatFault[] = [];
      scanRecords(block, version, header, flagCrcs, totals, faults, file);
      yield* faults.map(faultItem);
    }
  } finally {
    index.close();
  }
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

/** The index holds only numbers of user flags; their names are in the cyrus.header beside it, when there is one. */
function userFlagNames(directory: string): readonly (string | undefined)[] {
  const path = join(directory, 'cyrus.header');
  const read = readSmallFile(path, MAX_HEADER_BYTES);
  return read.bytes === undefined ? [] : (parseMailboxHeader(read.bytes, path).value?.userFlags ?? []);
}
