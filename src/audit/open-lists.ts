import { LIST_FINDINGS, serverFaultFindings } from '../findings/catalogue.js';
import type { ListSubject } from '../findings/list/list-subject.js';
import { AuditError } from '../model/audit-error.js';
import type { ReportedFinding } from '../model/effects.js';
import type { MailboxList } from '../sources/spool/mailbox-list.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { whyNotDecoded } from '../sources/spool/open-database.js';
import { openAtRest } from '../sources/spool/open-at-rest.js';
import { isEmptyDirectory, isEmptySide, openSide, type Side, type SideSpec } from '../sources/spool/open-side.js';
import { damageIn, type ListCheck } from './check-list.js';
import type { UnauditedPart } from './unit-result.js';

/** A side with its mailbox list checked from end to end; without `list` no mailbox of it can be audited. */
export interface CheckedSide {
  readonly side: Side;
  readonly list?: MailboxList;
  /** Missing, empty or damaged: what it does not say is not so. Without it and without `list` nothing is known of it. */
  readonly isLost?: true;
}

/**
 * Opens a side whose mailbox list is then to be checked; false when there is no list to check. What is wrong becomes
 * findings; what cannot be decoded by this release becomes unaudited.
 * @throws AuditError when there is nothing to audit or the list may not be read
 */
export function openToCheck(
  spec: SideSpec,
  findings: ReportedFinding[],
  unaudited: UnauditedPart[],
): CheckedSide & { readonly hasList: boolean } {
  const side = openSide(spec);
  if (isEmptySide(side)) {
    side.close();
    throw new AuditError(
      'side-empty',
      `${side.confFile}: no mailbox list at ${side.layout.mailboxesDb} and nothing in ${side.layout.partitions.map(({ data }) => data).join(', ')}`,
      'Check configdirectory and partition-NAME; for a copy below another root use --root, --master-root or --replica-root.',
    );
  }
  const { path, failure } = side.list;
  // Listed as unaudited, with the finding beside it where the list is lost.
  const leaveOut = (reason: string): CheckedSide & { readonly hasList: false } => {
    unaudited.push({ what: 'every mailbox', side: spec.role, reason });
    return { side, hasList: false };
  };
  if (failure !== undefined) {
    if (!failure.missing) {
      side.close();
      throw new AuditError('io', failure.reason, 'Run cyraudit as root or as the user cyrus.');
    }
    addTo(findings, { kind: 'missing', side: spec.role, path, found: 'no file' });
    return { ...leaveOut(`${path}: there is no mailbox list`), isLost: true };
  }
  if (side.list.faults.some(({ code }) => code === 'file-empty')) {
    addTo(findings, { kind: 'missing', side: spec.role, path, found: '0 bytes' });
    return { ...leaveOut(`${path}: the mailbox list has no bytes`), isLost: true };
  }
  const undecoded = whyNotDecoded(side.list);
  return undecoded === undefined ? { side, hasList: true } : leaveOut(undecoded);
}

const BUSY = 'busy: a server wrote to it at every look';

/** Judges a list that was looked through. */
export function judgeList(
  opened: Side,
  { faults, isBusy, isEmpty, reopened, hints, strayAclRows, annotationFaults }: ListCheck,
  findings: ReportedFinding[],
  unaudited: UnauditedPart[],
): CheckedSide {
  const { spec, role } = opened;
  let side = opened;
  if (reopened || opened.list.db === undefined) {
    opened.close();
    side = faults.length > 0 ? openSide(spec) : openAtRest(spec);
  }
  const { db, path } = side.list;
  const leaveOut = (why: string): void =>
    void unaudited.push({ what: 'every mailbox', side: role, reason: `${path}: ${why}` });
  if (isBusy || (db === undefined && faults.length === 0)) {
    leaveOut(BUSY);
    return { side };
  }
  for (const fault of faults) addTo(findings, { kind: 'fault', side: role, fault });
  for (const fault of annotationFaults) findings.push(...serverFaultFindings({ fault, side: role }));
  if (hints.annotationsAreDamaged)
    unaudited.push({ what: 'mailbox annotations', side: role, reason: `${side.annotations.path}: damaged` });
  if (db === undefined || damageIn(faults) !== undefined) {
    leaveOut('the mailbox list is damaged');
    return { side, isLost: true };
  }
  if (hints.isRaw) db.trustRawOrder?.();
  if (isEmpty) {
    addTo(findings, {
      kind: 'empty',
      side: role,
      path,
      directories: side.layout.partitions.some(({ data }) => !isEmptyDirectory(data)),
    });
    leaveOut('the mailbox list is empty');
    return { side, isLost: true };
  }
  const named = openNamed(side);
  if (named.list === undefined) leaveOut(BUSY);
  else for (const row of strayAclRows) addTo(findings, { kind: 'stray-acl-row', side: role, ...row });
  return named;
}

const hasNames = (side: Side): boolean => openMailboxList(side)?.names().next().done === false;

/**
 * The list of a side that has mailboxes. What is open since before it was looked through may have been read while the
 * pointers of its first record were written, or before the first mailbox came.
 */
function openNamed(opened: Side): CheckedSide {
  let side = opened;
  if (!hasNames(side)) {
    side.close();
    side = openAtRest(side.spec, hasNames);
    if (!hasNames(side)) return { side };
  }
  return { side, list: openMailboxList(side)! };
}

function addTo(findings: ReportedFinding[], subject: ListSubject): void {
  for (const finding of LIST_FINDINGS) findings.push(...finding.find(subject));
}
