import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha1 } from '../../bytes/sha1.js';
import { readSieveDirectory, type SieveDirectory, type SieveEntry } from '../../formats/sieve/script-directory.js';
import { isAbsent, readFailure, readSmallFile } from '../read-only-file.js';

/** The scripts in one directory, or why they cannot be told. */
export type SieveListing =
  | { readonly directory: SieveDirectory; readonly unread?: undefined }
  | { readonly directory?: undefined; readonly unread: string };

/** Lists a script directory; one that is not there holds no scripts. Links are read, never followed. */
export function listSieveDirectory(path: string): SieveListing {
  const entries: SieveEntry[] = [];
  // Most users have no script: to look first costs less than a failure to list them.
  if (isAbsent(path)) return { directory: readSieveDirectory(entries) };
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const { name } = entry;
      if (entry.isSymbolicLink()) entries.push({ name, target: readlinkSync(join(path, name)) });
      else entries.push(entry.isFile() ? { name } : { name, isOther: true });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Of something that is there and is no directory nothing is known.
    if (code !== 'ENOENT') return { unread: readFailure(error, path).reason };
  }
  return { directory: readSieveDirectory(entries) };
}

/** A script may have 32 KiB unless the site allows more; read whole. Source: sieve_maxscriptsize, lib/imapoptions 3.6.1. */
export const MAX_SCRIPT_BYTES = 16 * 1024 * 1024;

/** The source of a script in a directory, or why it cannot be read. */
export type SieveSource =
  | { readonly sha1: string; /** mtime in seconds. */ readonly changed: number; readonly unread?: undefined }
  | { readonly sha1?: undefined; readonly unread: string };

export function readSieveSource(directory: string, name: string): SieveSource {
  const path = join(directory, `${name}.script`);
  const { bytes, failure } = readSmallFile(path, MAX_SCRIPT_BYTES);
  if (failure !== undefined) return { unread: failure.reason };
  const changed = changedAt(path);
  return changed === undefined ? { unread: `${path}: lstat: cannot be read` } : { sha1: sha1([bytes]), changed };
}

/** mtime of a file or directory in seconds since the epoch; undefined = it cannot be told. */
export function changedAt(path: string): number | undefined {
  try {
    return Math.floor(lstatSync(path).mtimeMs / 1000);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
