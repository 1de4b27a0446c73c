import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeName } from '../../bytes/text.js';
import { readFailure, readSmallFile } from '../read-only-file.js';
import type { SpoolLayout } from './paths.js';

/** What a process of a server says of itself while it serves somebody. */
export interface ProcEntry {
  readonly pid: number;
  readonly path: string;
  /** `imap`, as cyrus.conf calls the service; empty when the file does not say. */
  readonly service: string;
  readonly userid: string;
  /** When the process last said so. Unit: ms since the epoch. */
  readonly writtenAt: number;
}

/** A file has a line with two names of mailboxes at most. Unit: bytes. */
const MAX_BYTES = 64 * 1024;
/** No server has as many processes. */
const MAX_ENTRIES = 100_000;

/**
 * The files below `proc/` of a side: a process makes one named for its pid when it begins to serve somebody, and removes
 * it when it ends; a crash leaves it. Processes that wait for a client have none. Source: proc_register, imap/proc.c
 * 3.6.7: `service TAB clienthost TAB userid TAB mailbox TAB command LF`.
 */
export function readProcEntries({ procDir }: Pick<SpoolLayout, 'procDir'>): {
  readonly entries: readonly ProcEntry[];
  readonly unread: readonly string[];
} {
  let names: string[];
  try {
    names = readdirSync(procDir).filter((name) => /^\d{1,10}$/.test(name));
  } catch (error) {
    const { missing, reason } = readFailure(error, procDir);
    return { entries: [], unread: missing ? [] : [reason] };
  }
  if (names.length > MAX_ENTRIES)
    return { entries: [], unread: [`${procDir}: ${String(names.length)} files, more than any server has processes`] };
  const entries: ProcEntry[] = [];
  for (const name of names.sort((a, b) => Number(a) - Number(b))) {
    const path = join(procDir, name);
    const { bytes, failure } = readSmallFile(path, MAX_BYTES);
    // Gone meanwhile: that process has ended. What cannot be read is a file with a pid for a name all the same.
    if (failure?.missing === true) continue;
    const [service = '', , userid = ''] = bytes === undefined ? [] : decodeName(bytes).replace(/\n$/, '').split('\t');
    const writtenAt = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (writtenAt !== undefined) entries.push({ pid: Number(name), path, service, userid, writtenAt });
  }
  return { entries, unread: [] };
}
