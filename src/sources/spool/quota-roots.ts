import { readdirSync, type Dirent } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeName } from '../../bytes/text.js';
import type { FormatFault } from '../../model/fault.js';
import { readFailure, readSmallFile } from '../read-only-file.js';
import { openDatabase, whyNotDecoded } from './open-database.js';
import type { SpoolLayout } from './paths.js';

/** One thing that was found where quota roots are kept. */
export type QuotaEntry =
  | {
      readonly kind: 'root';
      readonly quotaroot: string;
      readonly path: string;
      /** As quotas.db would hold it: one line. */
      readonly value: Buffer;
    }
  /** What an unfinished rewrite left: never data. */
  | { readonly kind: 'leftover'; readonly path: string }
  /** A file outside the directory that its name hashes to: Cyrus looks for it elsewhere. */
  | { readonly kind: 'misplaced'; readonly quotaroot: string; readonly path: string; readonly expected?: string }
  | { readonly kind: 'unread'; readonly path: string; readonly reason: string }
  | { readonly kind: 'fault'; readonly fault: FormatFault };

/** A quota root is a line of numbers. */
const MAX_BYTES = 1024 * 1024;
const LF = 0x0a;
const SPACE = 0x20;

/**
 * All quota roots of a side, in the order of their names: files of quotalegacy below every domain, or the rows of
 * quotas.db. Source: lib/cyrusdb_quotalegacy.c 3.6.7; cyrusdb.md section 6.
 */
export function quotaRoots(layout: SpoolLayout): Generator<QuotaEntry> {
  return layout.quota.legacy ? rootFiles(layout) : rootRows(layout.quota.db);
}

function* rootFiles(layout: SpoolLayout): Generator<QuotaEntry> {
  const problems: QuotaEntry[] = [];
  const files: { readonly quotaroot: string; readonly path: string }[] = [];
  const list = (path: string): Dirent[] => {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch (error) {
      const { missing, reason } = readFailure(error, path);
      if (!missing) problems.push({ kind: 'unread', path, reason });
      return [];
    }
  };
  const add = (directory: string, name: string, prefix: string): void => {
    const path = join(directory, name);
    if (name.endsWith('.NEW')) problems.push({ kind: 'leftover', path });
    else files.push({ quotaroot: prefix + name, path });
  };
  const collect = (quotaDir: string, prefix: string): void => {
    for (const hashed of list(quotaDir)) {
      const path = join(quotaDir, hashed.name);
      if (hashed.isDirectory()) {
        for (const { name } of list(path)) add(path, name, prefix);
      } else if (prefix !== '' && hashed.name === 'root') files.push({ quotaroot: prefix, path });
      else add(quotaDir, hashed.name, prefix);
    }
  };
  collect(layout.quota.dir, '');
  if (layout.virtdomains !== 'off') {
    const domains = join(dirname(layout.quota.dir), 'domain');
    for (const hashed of list(domains)) {
      for (const { name } of list(join(domains, hashed.name)))
        collect(join(domains, hashed.name, name, 'quota'), `${name}!`);
    }
  }
  files.sort((a, b) => Buffer.compare(Buffer.from(a.quotaroot), Buffer.from(b.quotaroot)));
  for (const { quotaroot, path } of files) {
    const expected = layout.quotaPath(quotaroot);
    if (expected === path) yield* rootFile(quotaroot, path);
    else yield { kind: 'misplaced', quotaroot, path, ...(expected === undefined ? {} : { expected }) };
  }
  yield* problems;
}

function* rootFile(quotaroot: string, path: string): Generator<QuotaEntry> {
  const { bytes, failure } = readSmallFile(path, MAX_BYTES);
  if (bytes === undefined) {
    yield { kind: 'unread', path, reason: failure.reason };
    return;
  }
  const isWhole = bytes.length === 0 || bytes.at(-1) === LF;
  const value = Buffer.from(isWhole ? bytes.subarray(0, -1) : bytes);
  // The old form has two lines; a database has a space for the first line's end.
  const lineEnd = value[0] === 0x25 ? -1 : value.indexOf(LF);
  if (lineEnd >= 0) value[lineEnd] = SPACE;
  yield { kind: 'root', quotaroot, path, value };
  if (!isWhole)
    yield {
      kind: 'fault',
      fault: { code: 'db-truncated', file: path, offset: bytes.length, expected: 'LF at the end', actual: 'none' },
    };
}

function* rootRows(path: string): Generator<QuotaEntry> {
  const opened = openDatabase(path);
  try {
    const reason = opened.failure?.missing === true ? undefined : (opened.failure?.reason ?? whyNotDecoded(opened));
    if (reason !== undefined) yield { kind: 'unread', path, reason };
    for (const { key, value } of opened.db?.rows() ?? [])
      yield { kind: 'root', quotaroot: decodeName(key), path, value };
    // An empty file is a database without rows.
    for (const fault of opened.faults) if (fault.code !== 'file-empty') yield { kind: 'fault', fault };
  } finally {
    opened.close();
  }
}
