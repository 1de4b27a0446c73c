import { crc32 } from '../bytes/crc32.js';
import { sha1 } from '../bytes/sha1.js';
import { INDEX_VERSIONS } from '../formats/index/versions/all.js';
import { hex32 } from '../formats/index/read-header.js';
import type { SideRole } from '../model/effects.js';
import type { FormatFault } from '../model/fault.js';
import type { UnstableRead } from '../model/hardware.js';
import type { FileRange, ReadAgain } from '../sources/read-again.js';
import type { CheckedFile } from './check-files.js';
import type { ReadMailbox } from './read-mailbox.js';

/** Bytes that failed a check, and what the first read made of them. */
interface Suspect extends FileRange {
  /** undefined = not kept: then the reads that follow are held against each other. */
  readonly first?: string;
  /** Where in the file the report is to point. */
  readonly offset: number;
  readonly digest: (chunks: Iterable<Buffer>) => string;
}

/** Failed checks of one mailbox, user or list that are looked at again: a broken disk shows in the first ones. */
const MAX_REPEATS = 4;
/** Of a database: the page of the fault and the next, as a record may reach into it. Unit: bytes. */
const DB_PAGE = 4096;
const DB_WINDOW = 2 * DB_PAGE;

/** Reads again what failed a checksum in the files of a mailbox. @param altered message files that are not their GUID */
export function repeatMailboxReads(
  side: SideRole,
  mailbox: ReadMailbox,
  altered: readonly CheckedFile[],
  since: number,
  readAgain: ReadAgain,
): UnstableRead[] {
  const checks = mailbox.faults.flatMap((fault) => suspectOf(fault, mailbox) ?? []).slice(0, MAX_REPEATS);
  const files = altered.slice(0, MAX_REPEATS).map((file) => ({
    path: file.path,
    start: 0,
    offset: 0,
    first: file.found,
    digest: sha1,
  }));
  return repeat(side, [...checks, ...files], since, readAgain);
}

/** The same for faults of a database. @param firstBytes what was read of it, where that was kept */
export function repeatDatabaseReads(
  side: SideRole,
  faults: readonly FormatFault[],
  since: number,
  readAgain: ReadAgain,
  firstBytes?: (offset: number, length: number) => Buffer,
): UnstableRead[] {
  const suspects = faults.flatMap((fault) => {
    const window = databaseWindow(fault);
    if (window === undefined) return [];
    const first = firstBytes?.(window.start, DB_WINDOW).toString('hex');
    return [{ ...window, ...(first === undefined ? {} : { first }) }];
  });
  return repeat(side, suspects.slice(0, MAX_REPEATS), since, readAgain);
}

function repeat(side: SideRole, suspects: readonly Suspect[], since: number, readAgain: ReadAgain): UnstableRead[] {
  const unstable: UnstableRead[] = [];
  for (const suspect of suspects) {
    const reads = readAgain(suspect, since, suspect.digest);
    const first = suspect.first ?? reads[0]?.text;
    const other = reads.find(({ text }) => text !== first);
    if (first === undefined || other === undefined) continue;
    const { path: file, offset, digest } = suspect;
    const seen =
      digest === hex ? firstDifference(suspect.start, first, other.text) : { offset, first, then: other.text };
    unstable.push({ side, file, ...seen, aroundCache: other.aroundCache });
  }
  return unstable;
}

function suspectOf(fault: FormatFault, mailbox: ReadMailbox): Suspect | undefined {
  const { code, file, offset = 0, expected = '', actual = '' } = fault;
  switch (code) {
    case 'record-crc': {
      const length = mailbox.version?.record.offsetOf('recordCrc') ?? -1;
      if (length < 0) return undefined;
      const first = sums(expected, actual);
      return { path: file, start: offset - length, length: length + 4, offset, first, digest: checksums };
    }
    case 'index-header-crc': {
      const length = INDEX_VERSIONS.get(mailbox.minor ?? -1)?.header.offsetOf('headerCrc');
      if (length !== offset) return undefined;
      return { path: file, start: 0, length: length + 4, offset, first: sums(expected, actual), digest: checksums };
    }
    case 'header-file-crc': {
      const path = mailbox.dirs?.metaOf('header');
      return path === undefined ? undefined : { path, start: 0, offset: 0, first: expected, digest: checksum };
    }
    default:
      return databaseWindow(fault);
  }
}

function databaseWindow({ code, file, offset = 0 }: FormatFault): Suspect | undefined {
  if (code !== 'db-record-crc' && code !== 'db-header-crc') return undefined;
  return { path: file, start: offset - (offset % DB_PAGE), length: DB_WINDOW, offset, digest: hex };
}

const hex = (chunks: Iterable<Buffer>): string => collect(chunks).toString('hex');

const sums = (computed: string, stored: string): string => `${computed} ${stored}`;

/** The checksum of the bytes, and the one that stands behind them. */
function checksums(chunks: Iterable<Buffer>): string {
  const bytes = collect(chunks);
  if (bytes.length < 4) return `${String(bytes.length)} bytes`;
  const at = bytes.length - 4;
  return sums(hex32(crc32(bytes, 0, at)), hex32(bytes.readUInt32BE(at)));
}

const checksum = (chunks: Iterable<Buffer>): string => hex32(crc32(collect(chunks)));

function collect(chunks: Iterable<Buffer>): Buffer {
  const parts: Buffer[] = [];
  for (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

/** Eight bytes from where two reads begin to differ. */
function firstDifference(start: number, first: string, then: string) {
  let at = 0;
  while (at < first.length && first[at] === then[at]) at++;
  at -= at % 2;
  return { offset: start + at / 2, first: first.slice(at, at + 16), then: then.slice(at, at + 16) };
}
