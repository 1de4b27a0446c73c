import type { MailboxSubject } from '../findings/mailbox/mailbox-subject.js';
import type { Mbentry } from '../model/mailbox.js';
import { isLive, unitOfName } from '../sources/spool/mailbox-list.js';
import { isRenameLogged, type AuditContext, type OpenedSide } from './context.js';
import { isOpenable, readMailbox } from './read-mailbox.js';
import type { UnitNames } from './unit-names.js';

/** What the lists and the pending log say of the user of a unit. */
export interface UserState {
  /** The pending log removes the user on the replica. */
  readonly unuserLogged: boolean;
  /** A user without an INBOX on the master; known once the entries are read. */
  isAbsentOnMaster: boolean;
}

/** Whether replication has to be told of a rename, and whether it is. */
export interface Rename {
  /** The owner changes, or there is none: only the pending log can carry it. */
  readonly needsLog: boolean;
  readonly isLogged: boolean;
}

const isCarried = ({ needsLog, isLogged }: Rename): boolean => !needsLog || isLogged;

/** Renames on their way to the replica, and what stands in the way of the names of a unit there. */
export class UnitRenames {
  constructor(
    private readonly ctx: AuditContext,
    private readonly names: UnitNames,
    private readonly master: OpenedSide,
    private readonly replica: OpenedSide | undefined,
    private readonly user: UserState,
  ) {}

  /** True when the master remembers deleting this mailbox of the replica, as its engine looks it up. */
  hasTombstone({ mboxname, uniqueid }: Mbentry): boolean {
    const { list } = this.master;
    const byUniqueid = this.ctx.engine.traits.deletesMissing === 'tombstone-by-uniqueid' && list.hasUniqueidRows;
    const row = byUniqueid ? list.uniqueidRow(uniqueid ?? '') : list.byName(mboxname);
    return row?.mbtype.deleted === true;
  }

  /** The replica's mailbox that holds the name of a mailbox which the replica does not know by uniqueid. */
  conflictOf(entry: Mbentry): MailboxSubject['conflict'] {
    const other = this.replica?.list.byName(entry.mboxname);
    if (
      this.replica === undefined ||
      other?.uniqueid === undefined ||
      !isLive(other) ||
      other.uniqueid === entry.uniqueid
    )
      return undefined;
    const renamed = this.master.list.liveByUniqueid(other.uniqueid);
    // It makes way first when the master has it under another name, and that arrives.
    if (renamed !== undefined && (renamed.mboxname === other.mboxname || isCarried(this.renameOf(other, renamed))))
      return undefined;
    const mailbox = readMailbox(this.replica.side, other, this.names.ownerOf(other));
    const isTrusted = mailbox.head !== undefined && isOpenable(mailbox) && mailbox.unread.length === 0;
    try {
      // What cannot be read, or holds what its header denies, is taken for used.
      const lastUid = isTrusted ? Math.max(mailbox.head.lastUid, mailbox.head.maxUid) : Number.MAX_SAFE_INTEGER;
      return {
        uniqueid: other.uniqueid,
        lastUid,
        refused: lastUid > 0 || this.ctx.engine.traits.unusedConflict === 'refused',
        exists: mailbox.totals?.exists ?? 0,
        acl: other.acl,
        ...(isTrusted ? { head: mailbox.head } : {}),
        ...(renamed === undefined ? {} : { renamedTo: renamed.mboxname }),
      };
    } finally {
      mailbox.close();
    }
  }

  /** How a mailbox of the replica would get the name that it has on the master. */
  renameOf(from: Mbentry, to: Mbentry): Rename {
    const { isAbsentOnMaster, unuserLogged } = this.user;
    const owner = this.names.ownerOf(to);
    const sameOwner = owner === this.names.ownerOf(from);
    return {
      needsLog: !(sameOwner && owner !== undefined && !isAbsentOnMaster),
      isLogged:
        isRenameLogged(this.ctx.logs, from.mboxname, to.mboxname, sameOwner) || (unuserLogged && isAbsentOnMaster),
    };
  }

  /**
   * True when replication of the user to whom a renamed mailbox belonged takes it for deleted: he has mailboxes on the
   * master, and of this name the engine sees none or a tombstone. Run: user.cyd.Sent, moved to user.fay.Sent, 3.6.1.
   */
  isDeletedUnderOldName(entry: Mbentry, rename: Rename): boolean {
    if (isCarried(rename) || this.names.isDeleted(entry)) return false;
    const unit = unitOfName(entry.mboxname, this.master.side.layout);
    const inbox = unit.kind === 'user' ? this.master.list.byName(unit.inbox) : undefined;
    if (inbox === undefined || !isLive(inbox)) return false;
    return this.ctx.engine.traits.deletesMissing === 'always' || this.hasTombstone(entry);
  }

  /**
   * Another name that the replica's row by uniqueid still gives to a mailbox which it has no more. The engine goes by
   * that row alone when it creates a mailbox. Source: sync_apply_mailbox, mboxlist_find_uniqueid 3.6.1.
   */
  uniqueidUsedBy({ uniqueid, mboxname }: Mbentry): string | undefined {
    const row = uniqueid === undefined ? undefined : this.replica?.list.uniqueidRow(uniqueid);
    return row === undefined || row.mbtype.deleted || row.mboxname === mboxname ? undefined : row.mboxname;
  }

  /**
   * True when the replica has another mailbox under the new name that does not move away before. Renames wait for each
   * other along a chain: one that ends at a mailbox that stays, or comes back to where it began, never gets done.
   */
  isTargetTaken(newName: string, oldName: string): boolean {
    const passed = new Set([oldName]);
    for (let name = newName; ;) {
      const other = this.replica?.list.byName(name);
      if (other?.uniqueid === undefined || !isLive(other)) return false;
      if (passed.has(name)) return true;
      passed.add(name);
      const partner = this.master.list.liveByUniqueid(other.uniqueid);
      if (partner === undefined || partner.mboxname === name) return true;
      if (!isCarried(this.renameOf(other, partner))) return true;
      name = partner.mboxname;
    }
  }
}
