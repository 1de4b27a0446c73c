import { statSync } from 'node:fs';
import { LIST_FINDINGS } from '../findings/catalogue.js';
import type { ListSubject } from '../findings/list/list-subject.js';
import { AuditError } from '../model/audit-error.js';
import type { ReportedFinding } from '../model/effects.js';
import type { FormatFault } from '../model/fault.js';
import type { MailboxList } from '../sources/spool/mailbox-list.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { whyNotDecoded } from '../sources/spool/open-database.js';
import { isEmptyDirectory, isEmptySide, openSide, type Side, type SideSpec } from '../sources/spool/open-side.js';
import type { UnauditedPart } from './unit-result.js';

/** A side with its mailbox list checked from end to end; without `list` no mailbox of it can be audited. */
export interface CheckedSide {
  readonly side: Side;
  readonly list?: MailboxList;
}

/** A list that a server writes to while it is checked is read again this often. */
const ATTEMPTS = 4;

/**
 * Opens a side and checks its mailbox list. What is wrong with the list becomes findings; what cannot be decoded by
 * this release becomes unaudited.
 * @throws AuditError when there is nothing to audit or the list may not be read
 */
export function openChecked(spec: SideSpec, findings: ReportedFinding[], unaudited: UnauditedPart[]): CheckedSide {
  const first = openSide(spec);
  if (isEmptySide(first)) {
    first.close();
    throw new AuditError(
      'side-empty',
      `${first.confFile}: no mailbox list at ${first.layout.mailboxesDb} and nothing in ${first.layout.partitions.map(({ data }) => data).join(', ')}`,
      'Check configdirectory and partition-NAME; for a copy below another root use --root, --master-root or --replica-root.',
    );
  }
  const add = (subject: ListSubject): void => {
    for (const finding of LIST_FINDINGS) findings.push(...finding.find(subject));
  };
  const { role: sideRole } = spec;
  const { path, failure } = first.list;
  const skip = (reason: string): CheckedSide => {
    unaudited.push({ what: 'every mailbox', side: sideRole, reason });
    return { side: first };
  };
  if (failure !== undefined) {
    if (!failure.missing) {
      first.close();
      throw new AuditError('io', failure.reason, 'Run cyraudit as root or as the user cyrus.');
    }
    add({ kind: 'missing', side: sideRole, path, found: 'no file' });
    return skip(`${path}: there is no mailbox list`);
  }
  if (first.list.faults.some(({ code }) => code === 'file-empty')) {
    add({ kind: 'missing', side: sideRole, path, found: '0 bytes' });
    return skip(`${path}: the mailbox list has no bytes`);
  }
  const undecoded = whyNotDecoded(first.list);
  if (undecoded !== undefined) return skip(undecoded);
  const { side, faults } = readSettled(first, spec);
  for (const fault of faults) add({ kind: 'fault', side: sideRole, fault });
  const { db } = side.list;
  const damaged = faults.some(({ code }) => code !== 'db-dirty' && code !== 'db-trailing-bytes');
  if (db === undefined || damaged) {
    unaudited.push({ what: 'every mailbox', side: sideRole, reason: `${path}: the mailbox list is damaged` });
    return { side };
  }
  const list = openMailboxList(side)!;
  if (list.names().next().done === true) {
    add({
      kind: 'empty',
      side: sideRole,
      path,
      directories: side.layout.partitions.some(({ data }) => !isEmptyDirectory(data)),
    });
    unaudited.push({ what: 'every mailbox', side: sideRole, reason: `${path}: the mailbox list is empty` });
    return { side };
  }
  return { side, list };
}

/** Checks the list; when it has faults and the file changed meanwhile, a server is at work and it is read again. */
function readSettled(first: Side, spec: SideSpec): { readonly side: Side; readonly faults: readonly FormatFault[] } {
  let side = first;
  for (let attempt = 1; ; attempt++) {
    const { path } = side.list;
    const before = stamp(path);
    const faults = [...(side.list.db?.verify() ?? side.list.faults)];
    if (faults.length === 0 || attempt >= ATTEMPTS || stamp(path) === before) return { side, faults };
    side.close();
    side = openSide(spec);
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
