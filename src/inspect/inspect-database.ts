import { basename } from 'node:path';
import type { CyrusDbFormat } from '../formats/cyrusdb/open-cyrusdb.js';
import { faultItem, notDecoded, type Inspection, type Item } from './inspection.js';
import { backendOf, firstRows, openRows } from './open-rows.js';
import { rowKindByContent, rowKindByName } from './rows/all.js';
import type { DecodeRow } from './rows/row-kind.js';

/** Formats of databases that are known and not decoded, in the words of a person. */
const NOT_DECODED: ReadonlyMap<CyrusDbFormat, string> = new Map([
  ['berkeley', 'a Berkeley database'],
  ['sqlite', 'an SQLite database'],
]);

/** Where Cyrus keeps what can be made again from messages in SQLite. */
const DERIVED = /^(.*\.)?dav(\.db)?$|^caldav_alarm\.sqlite3$|^cyrus\.dav$/;

/** A database of any kind in any format. What its rows mean is told by its name, or else by themselves. */
export function inspectDatabase(file: string): Inspection {
  const name = basename(file);
  const backend = backendOf(file);
  const named = rowKindByName(name);
  const unreadable = NOT_DECODED.get(backend);
  if (unreadable !== undefined) {
    const what = DERIVED.test(name) ? `${unreadable}, derived from messages` : unreadable;
    return notDecoded({ format: named?.format ?? 'database', backend }, `${what}, which is not decoded here`);
  }
  const kind = named ?? rowKindByContent(firstRows(file));
  const version = kind.about?.(firstRows(file)) ?? {};
  return {
    about: { format: kind.format, backend, ...version },
    items: databaseItems(file, kind.decoder(file, version)),
  };
}

/** A directory with zeroskip's own files. */
export function inspectZeroskip(file: string): Inspection {
  const format = rowKindByName(basename(file))?.format ?? 'database';
  return notDecoded({ format, backend: 'zeroskip' }, 'a zeroskip database, which is not decoded here');
}

function* databaseItems(file: string, decode: DecodeRow): Generator<Item> {
  for (const { row, salvaged, fault } of openRows(file)) {
    if (fault !== undefined) yield faultItem(fault);
    else for (const item of decode(row)) yield salvaged === true ? { ...item, salvaged } : item;
  }
}
