import { DATABASE_DAMAGE } from '../findings/database-damage.js';
import { AuditError } from '../model/audit-error.js';
import type { FormatFault } from '../model/fault.js';
import type { UnstableRead } from '../model/hardware.js';
import { changedSince, writtenSince } from '../sources/changed-since.js';
import { holdUp } from '../sources/hold-up.js';
import { readAgain as readAgainFromDisk, type ReadAgain } from '../sources/read-again.js';
import { ListIndex } from '../sources/spool/list-index.js';
import { openSide, type SideSpec } from '../sources/spool/open-side.js';
import { openDatabase } from '../sources/spool/open-database.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { strayAclRows, type AclRow } from './reverse-acls.js';
import { repeatDatabaseReads } from './repeat-reads.js';

/** What a look through the whole list has shown. Plain data: it comes from a worker. */
export interface ListCheck {
  readonly faults: readonly FormatFault[];
  /** A server wrote to it at every look: the faults may be none. */
  readonly isBusy: boolean;
  /** It has no mailbox. */
  readonly isEmpty: boolean;
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
  /** annotations.db of the same side. */
  readonly annotationsAreDamaged: boolean;
}

/** The first fault that is more than a transaction which did not come to its end. */
export const damageIn = (faults: readonly FormatFault[]): FormatFault | undefined =>
  faults.find(({ code }) => code !== 'db-dirty' && code !== 'db-trailing-bytes');

/** Before a database with faults to which a server writes is read again. Unit: ms. */
const BACK_OFF = [20, 100, 150, 500, 2000] as const;
/** A transaction, in which a database is marked as dirty and waits for the disk, takes less. Unit: ms. */
const TRANSACTION = 2000;
/** A database that was replaced is at rest after less. Unit: ms. */
const REPLACEMENT = 250;

/** True when a database with faults may be only in the middle of a transaction; then some time has passed. */
function isWorthAnotherLook(path: string, since: number, attempt: number): boolean {
  const delay = BACK_OFF[attempt - 1];
  if (delay === undefined) return false;
  if (!changedSince([path], since - REPLACEMENT) && !writtenSince([path], since - TRANSACTION)) return false;
  holdUp(delay);
  return true;
}

/**
 * Looks through the whole mailbox list of a side. When it has faults and a server is at work on it, it is read again, and
 * what never comes to rest is busy.
 */
export function checkList(spec: SideSpec, readAgain: ReadAgain = readAgainFromDisk): ListCheck {
  for (let attempt = 1; ; attempt++) {
    const since = Date.now();
    const side = openSide(spec);
    try {
      const { db, path } = side.list;
      const index = db === undefined ? undefined : ListIndex.forRows(db.count);
      const visit = (bytes: Buffer, keyAt: number, valueAt: number, end: number): void => {
        index!.addRow(bytes, keyAt, valueAt, end);
      };
      const faults = [...(db?.verify(visit) ?? side.list.faults)];
      const list = openMailboxList(side);
      // Its first pointers may have been read while they were written.
      const isEmpty = list?.names().next().done === true;
      const isSuspect = faults.length > 0 || isEmpty;
      if (isSuspect && isWorthAnotherLook(path, since, attempt)) continue;
      // A transaction that was under way at every look is no other one that was left undone.
      const isInTransaction = faults.length > 0 && damageIn(faults) === undefined && attempt > BACK_OFF.length;
      const isBusy =
        isSuspect && (changedSince([path], since) || (isInTransaction && writtenSince([path], since - TRANSACTION)));
      const unstable = repeatDatabaseReads(spec.role, faults, since, readAgain, side.list.bytesAt);
      const stray = list === undefined || faults.length > 0 ? [] : strayAclRows(side, list);
      const annotationFaults = checkAnnotations(side.annotations.path);
      const hints: ListHints = {
        isRaw: db?.isKnownRaw === true,
        ...(index === undefined || faults.length > 0 ? {} : { index: index.buffer }),
        annotationsAreDamaged: annotationFaults.some(({ code }) => DATABASE_DAMAGE.includes(code)),
      };
      return { faults, isBusy, isEmpty, reopened: attempt > 1, hints, unstable, strayAclRows: stray, annotationFaults };
    } finally {
      side.close();
    }
  }
}

/** The same for annotations.db; one that never comes to rest has no faults that could be told. */
function checkAnnotations(path: string): readonly FormatFault[] {
  for (let attempt = 1; ; attempt++) {
    const since = Date.now();
    const opened = openDatabase(path);
    try {
      opened.db?.verify();
      const faults = opened.faults.filter(({ code }) => code !== 'file-empty');
      if (faults.length > 0 && isWorthAnotherLook(path, since, attempt)) continue;
      return changedSince([path], since) ? [] : [...faults];
    } catch (error) {
      // Whoever looks up a mailbox there meets it again, and is not audited.
      if (error instanceof AuditError) return [];
      throw error;
    } finally {
      opened.close();
    }
  }
}
