import { statSync } from 'node:fs';
import type { FormatFault } from '../model/fault.js';
import type { UnstableRead } from '../model/hardware.js';
import { readAgain as readAgainFromDisk, type ReadAgain } from '../sources/read-again.js';
import { ListIndex } from '../sources/spool/list-index.js';
import { openSide, type Side, type SideSpec } from '../sources/spool/open-side.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { strayAclRows, type AclRow } from './reverse-acls.js';
import { repeatDatabaseReads } from './repeat-reads.js';

/** What a look through the whole list has shown. Plain data: it comes from a worker. */
export interface ListCheck {
  readonly faults: readonly FormatFault[];
  /** The file changed while it was looked through, and was opened anew. */
  readonly reopened: boolean;
  readonly hints: ListHints;
  /** Bytes of it that were others when they were read again. */
  readonly unstable: readonly UnstableRead[];
  /** Rows of reverse ACLs without a right. */
  readonly strayAclRows: readonly AclRow[];
  /** Of annotations.db, looked through as well. */
  readonly annotationFaults: readonly FormatFault[];
}

/** What spares other threads work on a list that was looked through. */
export interface ListHints {
  /** Keys are in raw order. */
  readonly isRaw: boolean;
  /** See `ListIndex`. */
  readonly index?: SharedArrayBuffer;
}

/** A list that a server writes to while it is checked is read again this often. */
const ATTEMPTS = 4;

/**
 * Looks through the whole mailbox list of a side. When it has faults and the file changed meanwhile, a server is at work
 * and it is read again.
 */
export function checkList(spec: SideSpec, readAgain: ReadAgain = readAgainFromDisk): ListCheck {
  for (let attempt = 1; ; attempt++) {
    const since = Date.now();
    const side = openSide(spec);
    try {
      const { db, path } = side.list;
      const before = stamp(path);
      const index = db === undefined ? undefined : ListIndex.forRows(db.count);
      const visit = (bytes: Buffer, keyAt: number, valueAt: number, end: number): void => {
        index!.addRow(bytes, keyAt, valueAt, end);
      };
      const faults = [...(db?.verify(visit) ?? side.list.faults)];
      if (faults.length > 0 && attempt < ATTEMPTS && stamp(path) !== before) continue;
      const hints: ListHints = {
        isRaw: db?.isKnownRaw === true,
        ...(index === undefined || faults.length > 0 ? {} : { index: index.buffer }),
      };
      const unstable = repeatDatabaseReads(spec.role, faults, since, readAgain, side.list.bytesAt);
      const list = faults.length > 0 ? undefined : openMailboxList(side);
      const stray = list === undefined ? [] : strayAclRows(side, list);
      const annotationFaults = checkAnnotations(side);
      return { faults, reopened: attempt > 1, hints, unstable, strayAclRows: stray, annotationFaults };
    } finally {
      side.close();
    }
  }
}

/** Read again as often as the list while a server writes to it. */
function checkAnnotations({ annotations: { path }, spec }: Side): readonly FormatFault[] {
  for (let attempt = 1; ; attempt++) {
    const before = stamp(path);
    const opened = openSide(spec);
    try {
      const { annotations } = opened;
      annotations.db?.verify();
      const faults = annotations.faults.filter(({ code }) => code !== 'file-empty');
      if (faults.length === 0 || attempt >= ATTEMPTS || stamp(path) === before) return [...faults];
    } finally {
      opened.close();
    }
  }
}

function stamp(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${String(ino)} ${String(size)} ${String(mtimeNs)}`;
  } catch {
    return '';
  }
}
