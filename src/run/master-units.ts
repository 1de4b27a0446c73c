import { enumerateUnits } from '../audit/enumerate-units.js';
import { damageIn } from '../audit/check-list.js';
import { AuditError } from '../model/audit-error.js';
import type { MasterUnit } from '../plan/make-plan.js';
import { isDeletedName, isLive, unitOfName } from '../sources/spool/mailbox-list.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { openSide, type SideSpec } from '../sources/spool/open-side.js';

/** What the mailbox list of a master has now. */
export interface MasterUnits {
  /** Users with an INBOX and shared mailboxes, in the order of the list. @throws AuditError when it changes meanwhile */
  units(): Generator<MasterUnit>;
  /** The owner of an internal name. */
  unitOf(mboxname: string): MasterUnit;
  close(): void;
}

/** @throws AuditError when there is no list that can be read */
export function openMasterUnits(spec: SideSpec): MasterUnits {
  const side = openSide(spec);
  const list = openMailboxList(side);
  const refuse = (): AuditError =>
    new AuditError(
      'io',
      `${side.list.path}: the mailbox list cannot be read`,
      'Run cyraudit compare: it says what is wrong with it.',
    );
  if (list === undefined) {
    side.close();
    throw refuse();
  }
  const unitOf = (mboxname: string): MasterUnit => {
    const unit = unitOfName(mboxname, side.layout);
    return unit.kind === 'user' ? { kind: 'user', userid: unit.userid } : unit;
  };
  return {
    unitOf,
    *units() {
      for (const { unit } of enumerateUnits([list])) {
        const name = unit.kind === 'user' ? unit.inbox : unit.mboxname;
        const entry = list.byName(name);
        if (entry === undefined || !isLive(entry)) continue;
        // A delayed-delete copy without an owner is replicated with all the others.
        if (unit.kind === 'shared' && isDeletedName(name, side.layout)) continue;
        yield unit.kind === 'user' ? { kind: 'user', userid: unit.userid } : unit;
      }
      if (damageIn(list.db.faults) !== undefined) throw refuse();
    },
    close: () => {
      side.close();
    },
  };
}
