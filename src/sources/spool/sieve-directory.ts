import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readSieveDirectory, type SieveDirectory, type SieveEntry } from '../../formats/sieve/script-directory.js';
import { readFailure } from '../read-only-file.js';

/** The scripts in one directory, or why they cannot be told. */
export type SieveListing =
  | { readonly directory: SieveDirectory; readonly unread?: undefined }
  | { readonly directory?: undefined; readonly unread: string };

/** Lists a script directory; one that is not there holds no scripts. Links are read, never followed. */
export function listSieveDirectory(path: string): SieveListing {
  const entries: SieveEntry[] = [];
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const { name } = entry;
      if (entry.isSymbolicLink()) entries.push({ name, target: readlinkSync(join(path, name)) });
      else entries.push(entry.isFile() ? { name } : { name, isOther: true });
    }
  } catch (error) {
    const { missing, reason } = readFailure(error, path);
    if (!missing) return { unread: reason };
  }
  return { directory: readSieveDirectory(entries) };
}
