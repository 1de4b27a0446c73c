import type { CyrusDbRow } from '../formats/cyrusdb/cyrusdb.js';
import { scanFlat } from '../formats/cyrusdb/flat/scan-flat.js';
import { detectFormat, openCyrusDb, type CyrusDbFormat } from '../formats/cyrusdb/open-cyrusdb.js';
import { salvageTwoskip } from '../formats/cyrusdb/twoskip/salvage.js';
import type { FormatFault } from '../model/fault.js';
import { PagedFile } from '../sources/read-only-file.js';

/** A row, or a fault in the order in which it was met. */
export type RowOrFault =
  | { readonly row: CyrusDbRow; readonly salvaged?: true; readonly fault?: undefined }
  | { readonly fault: FormatFault; readonly row?: undefined; readonly salvaged?: undefined };

/** Faults after which the transactions of a twoskip file still say all that it held. */
const HARMLESS: readonly string[] = ['db-dirty', 'db-trailing-bytes'];

/** The format of a database file by its first bytes. */
export function backendOf(file: string): CyrusDbFormat {
  const source = PagedFile.open(file);
  try {
    return detectFormat(source);
  } finally {
    source.close();
  }
}

/** The rows of a database for a first look: without its faults, and those of a salvage where there are no others. */
export function* firstRows(file: string): Generator<CyrusDbRow> {
  const source = PagedFile.open(file);
  try {
    const format = detectFormat(source);
    if (format === 'flat') {
      yield* scanFlat(source, file, []);
      return;
    }
    const { db } = openCyrusDb(source, file);
    if (db !== undefined) yield* db.rows();
    else if (format === 'twoskip') yield* salvageTwoskip(source, file).rows();
  } finally {
    source.close();
  }
}

/**
 * All rows of a database of any size and format, and what is wrong with it. A flat one comes in the order of the file,
 * every other one in that of its keys. Rows that only a salvage of a damaged twoskip file finds are marked: no release
 * of Cyrus shows them.
 */
export function* openRows(file: string): Generator<RowOrFault> {
  const source = PagedFile.open(file);
  try {
    const format = detectFormat(source);
    if (format === 'flat') {
      const faults: FormatFault[] = [];
      let told = 0;
      for (const row of scanFlat(source, file, faults)) {
        for (; told < faults.length; told++) yield { fault: faults[told]! };
        yield { row };
      }
      for (; told < faults.length; told++) yield { fault: faults[told]! };
      return;
    }
    if (format === 'empty') return;
    const { db, faults } = openCyrusDb(source, file);
    // Before the rows: the order of the keys of a large file is known only then.
    const all = db?.verify() ?? faults;
    for (const row of db?.rows() ?? []) yield { row };
    for (const fault of all) yield { fault };
    if (format !== 'twoskip' || all.every(({ code }) => HARMLESS.includes(code))) return;
    for (const row of salvageTwoskip(source, file).rows()) yield { row, salvaged: true };
  } finally {
    source.close();
  }
}
