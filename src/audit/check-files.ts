import { lstatSync, opendirSync } from 'node:fs';
import { messageSize, recordOffsets, secondsAt } from '../formats/index/scan-records.js';
import { classifyEntryName, uidOfMessageFile, type EntryKind } from '../formats/mailbox-directory/entry-names.js';
import type { FileSubject } from '../findings/file/file-subject.js';
import type { SideRole } from '../model/effects.js';
import { FLAG_ARCHIVED, FLAG_EXPUNGED, FLAG_UNLINKED } from '../model/index-file.js';
import type { MayUse } from '../sources/server-access.js';
import { readExpungedUids } from '../sources/spool/expunge-file.js';
import { hashFile, judgeAccess, judgeSize, type FileCounts, type FileProblem } from './hash-file.js';
import { isAbandoned } from './leftovers.js';
import type { FiledMailbox } from './read-mailbox.js';
import { messagePath, type TwinFiles } from './twin-files.js';

/** What is wrong with one file; whether replication needs the file is for the caller to say. */
export type CheckedFile = Omit<FileSubject, 'travels' | 'copy'>;

/** How the files of a mailbox are looked at. */
export interface FileCheck {
  /** Is asked in ascending order of UID. @param lastUpdated unit: s since the epoch */
  readonly isHashed: (uid: number, lastUpdated: number) => boolean;
  /** The other side, whose files are compared with those that are hashed. */
  readonly twins?: TwinFiles | undefined;
  /** What the other side's check has proven of these. */
  readonly proven?: TwinFiles | undefined;
}

/**
 * Compares the records of one side of a mailbox with its message files: presence and size, and where `isHashed` says so
 * the SHA-1 against the GUID. Lists message files that no record claims.
 * @param unread gets what could not be looked at
 */
export function* checkFiles(
  mailbox: FiledMailbox,
  side: SideRole,
  { isHashed, twins, proven }: FileCheck,
  counts: FileCounts,
  unread: string[],
): Generator<CheckedFile> {
  const { dirs, stream, access } = mailbox;
  if (dirs === undefined || stream === undefined) return;
  const o = recordOffsets(stream.version);
  const mayRead = access?.mayRead;
  const directories = [dirs.data, ...(dirs.archive === undefined ? [] : [dirs.archive])];
  const listed = directories.map((dir) => listDirectory(dir, dir === dirs.archive ? IN_ARCHIVE : IN_SPOOL, unread));
  const present = listed.map(({ uids }) => uids);
  const claimed: number[] = [];
  /** Of the records with the mark of the archive. */
  const inArchive = new Set<number>();
  let number = 0;
  for (const { view, bytes, count } of stream.blocks()) {
    for (let i = 0, base = 0; i < count; i++, base += o.size, number++) {
      const uid = view.getUint32(base + o.uid);
      if (uid === 0) continue;
      claimed.push(uid);
      const flags = view.getUint32(base + o.systemFlags);
      if (dirs.archive !== undefined && (flags & FLAG_ARCHIVED) !== 0) inArchive.add(uid);
      if ((flags & FLAG_UNLINKED) !== 0) continue;
      const path = messagePath(dirs, uid, flags);
      const size = messageSize(view, base, o);
      counts.files++;
      // Before version 10 a record has no GUID to hold the file against.
      const guid = o.guid < 0 ? '' : bytes.toString('hex', base + o.guid, base + o.guid + 20);
      const isRead = guid !== '' && isHashed(uid, secondsAt(view, base + o.lastUpdated, o));
      if (isRead && proven?.isProven(number) === true) continue;
      const problem = isRead
        ? hashFile(path, size, guid, counts, unread, twins?.find(uid, guid, size), mayRead)
        : statFile(path, size, mayRead, unread);
      if (problem?.problem === 'missing') counts.missing++;
      else if (!isRead) counts.notHashed++;
      if (problem === undefined) continue;
      const isClosed = problem.problem === 'closed';
      // Of one that is there and whole no copy is needed.
      const message = guid === '' || isClosed ? {} : { message: { guid, size, isLive: (flags & FLAG_EXPUNGED) === 0 } };
      const expected = problem.problem === 'guid' ? guid : `${String(size)} bytes`;
      yield { side, uid, path, expected, ...message, ...problem };
    }
  }
  for (const uid of readExpungedUids(dirs.metaOf('expunge'), stream.version.minor, unread)) claimed.push(uid);
  claimed.sort((a, b) => a - b);
  for (const [n, uids] of present.entries()) {
    let at = 0;
    for (const uid of uids) {
      while (at < claimed.length && claimed[at]! < uid) at++;
      if (claimed[at] !== uid) {
        yield {
          side,
          problem: 'unclaimed',
          uid,
          path: `${directories[n]!}/${String(uid)}.`,
          expected: 'a record',
          found: 'none',
        };
      }
    }
  }
  const [inSpool, archived] = present;
  if (archived !== undefined) {
    const spooled = new Set(inSpool);
    for (const uid of archived) {
      if (!spooled.has(uid)) continue;
      const extra = inArchive.has(uid) ? dirs.data : dirs.archive!;
      const path = `${extra}/${String(uid)}.`;
      yield { side, problem: 'twice', uid, path, expected: 'one file', found: 'two' };
    }
  }
  for (const { path, problem } of listed.flatMap(({ odd }) => odd))
    yield { side, problem, uid: 0, path, expected: 'a file of Cyrus', found: problem };
}

/** Kinds of files that belong into a directory of messages. */
const IN_ARCHIVE: ReadonlySet<EntryKind> = new Set(['message', 'cache', 'lock']);
const IN_SPOOL: ReadonlySet<EntryKind> = new Set([
  ...IN_ARCHIVE,
  ...(['header', 'index', 'annotations', 'expunge', 'squat', 'dav', 'staging'] as const),
]);
/** Odd names of one directory that are told. */
const MAX_ODD = 100;

interface ListedDirectory {
  /** UIDs of the message files, ascending. */
  readonly uids: Uint32Array;
  /** Other files that do not belong there. */
  readonly odd: readonly { readonly path: string; readonly problem: 'leftover' | 'odd' }[];
}

function listDirectory(dir: string, belongs: ReadonlySet<EntryKind>, unread: string[]): ListedDirectory {
  const odd: { path: string; problem: 'leftover' | 'odd' }[] = [];
  let uids = new Uint32Array(256);
  let n = 0;
  try {
    const entries = opendirSync(dir, { bufferSize: 512 });
    try {
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        const uid = uidOfMessageFile(entry.name);
        if (uid === undefined) {
          const { kind } = classifyEntryName(entry.name);
          // In the layout by name directories are mailboxes.
          if (belongs.has(kind) || entry.isDirectory() || odd.length >= MAX_ODD) continue;
          const path = `${dir}/${entry.name}`;
          if (kind !== 'leftover') odd.push({ path, problem: 'odd' });
          else if (isAbandoned(path)) odd.push({ path, problem: 'leftover' });
          continue;
        }
        if (n === uids.length) {
          const grown = new Uint32Array(n * 2);
          grown.set(uids);
          uids = grown;
        }
        uids[n++] = uid;
      }
    } finally {
      entries.closeSync();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A missing archive directory is normal: nothing was archived. A missing data directory shows in its files.
    if (code !== 'ENOENT') unread.push(`${dir}: ${code ?? 'cannot be listed'}`);
  }
  return { uids: uids.subarray(0, n).sort(), odd };
}

function statFile(path: string, size: number, mayRead: MayUse, unread: string[]): FileProblem {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { problem: 'missing', found: 'no file' };
    if (!stat.isFile()) return { problem: 'missing', found: 'not a regular file' };
    return judgeSize(stat.size, size) ?? judgeAccess(stat, mayRead);
  } catch (error) {
    unread.push(`${path}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be looked at'}`);
    return undefined;
  }
}
