import {
  FILE_FINDINGS,
  LIST_FINDINGS,
  MAILBOX_FINDINGS,
  USER_FINDINGS,
  faultFindings,
  userFaultFindings,
} from '../findings/catalogue.js';
import type { ListSubject } from '../findings/list/list-subject.js';
import type { MailboxSideFacts } from '../findings/mailbox/mailbox-subject.js';
import type { UserSubject } from '../findings/user/user-subject.js';
import { SIEVE_KIND } from '../formats/mboxlist/mbtype.js';
import { SIDES, type SideRole } from '../model/effects.js';
import { NO_HAZARDS } from '../replication/engine.js';
import { FLAG_EXPUNGED } from '../model/index-file.js';
import type { MailboxHeader, Mbentry } from '../model/mailbox.js';
import { userPart } from '../model/unaudited-user.js';
import type { OpenedDatabase } from '../sources/spool/open-database.js';
import type { Side } from '../sources/spool/open-side.js';
import { isLive, type Unit } from '../sources/spool/mailbox-list.js';
import { auditMailbox, type FilesGone, type MailboxAudit, type MailboxJob } from './audit-mailbox.js';
import { quotaAccess, userAccess } from './check-access.js';
import { checkUserFiles } from './check-user-files.js';
import type { FileCounts } from './hash-file.js';
import { auditSieve, type SieveEntries } from './audit-sieve.js';
import { differencesOfRows, staleCopies, wrongQuotaroot } from './copies-of-entry.js';
import { missingAclRows } from './reverse-acls.js';
import { auditSharedQuota, auditUserMetadata, type ReadQuotaUse } from './audit-user-metadata.js';
import { FindingCollector, type MailboxResult } from './collect-findings.js';
import { isLoggedByAll, isNarrowed, isUnuserLogged, mayUnuser, type AuditContext, type OpenedSide } from './context.js';
import { CoveringQuotaroots } from './covering-quotaroots.js';
import { hasMessagesIn, isEmptyRoot } from './empty-roots.js';
import { failurePhase, type FailurePhase } from './failure-phase.js';
import { findCopies } from './find-copies.js';
import { findMoving, movedAround, type Moved } from './find-moving.js';
import { globFilter } from '../model/globs.js';
import { guidRecords } from './guid-records.js';
import { hardwareEvidence } from './hardware-evidence.js';
import { finishLook, isUneventful, lookAtFiles, type FilesLooks } from './look-at-files.js';
import { repeatMailboxReads } from './repeat-reads.js';
import { readMailbox, type ReadMailbox } from './read-mailbox.js';
import { readSameMailbox, type SameMailbox } from './same-mailbox.js';
import { UnitNames } from './unit-names.js';
import { UnitRenames, type UserState } from './unit-renames.js';
import { findDirectoriesOf } from './walk-spool.js';
import {
  emptyResult,
  newPartitionCounts,
  newSideCounts,
  newVanishedCounts,
  unreadMailboxes,
  type PartitionCounts,
  type UnitResult,
} from './unit-result.js';

/** An empty result, to be filled by units. */
export function newUnitResult(ctx: AuditContext): UnitResult {
  const result = emptyResult();
  for (const role of ctx.sides.keys()) result.sides[role] = newSideCounts();
  return result;
}

interface AuditedJob {
  readonly job: MailboxJob;
  readonly audit: MailboxAudit;
  readonly collector: FindingCollector;
  /** How a server was at work on it; not asked where nothing was found. */
  readonly moved: Moved | undefined;
  readonly fails?: FailurePhase;
}

/** One side of a mailbox that was looked at. */
interface LookedCounts {
  readonly records: number;
  /** Of its index. */
  readonly bytes: number;
  readonly minor: number | undefined;
  readonly partition: string | undefined;
  /** Its directory is not there. */
  readonly isMissing: boolean;
  readonly files: FileCounts | undefined;
}

interface SamePair {
  readonly entry: Mbentry;
  readonly partner: Mbentry;
  readonly same: SameMailbox;
}

/** Audits one user with all his mailboxes, or one shared mailbox, and adds what is found to `result`. */
export function auditUnit(ctx: AuditContext, unit: Unit, result: UnitResult): void {
  const single = ctx.sides.get('single');
  const master = ctx.sides.get('master') ?? single;
  const replica = ctx.sides.get('replica');
  if (master === undefined) throw new Error('an audit without a side');
  new UnitAudit(ctx, unit, result, master, replica).run();
}

class UnitAudit {
  private readonly userid: string | undefined;
  private readonly masterRole: SideRole;
  /** Before the first read. Unit: ms since the epoch. */
  private readonly since = Date.now();
  private readonly audited: AuditedJob[] = [];
  private readonly same: SamePair[] = [];
  /** What was found of the user beside his mailboxes. */
  private ofUser: FindingCollector | undefined;
  private readonly userState: UserState;
  private readonly names: UnitNames;
  private readonly renames: UnitRenames;
  /** Live ones. */
  private replicaMailboxes: readonly Mbentry[] = [];
  private readonly quotaroots = new CoveringQuotaroots();
  private readonly namedByUniqueid = new Map<OpenedSide, Map<Mbentry, boolean>>();

  constructor(
    private readonly ctx: AuditContext,
    private readonly unit: Unit,
    private readonly result: UnitResult,
    private readonly master: OpenedSide,
    private readonly replica: OpenedSide | undefined,
  ) {
    this.userid = unit.kind === 'user' ? unit.userid : undefined;
    this.userState = {
      unuserLogged: this.userid !== undefined && isUnuserLogged(ctx, this.userid),
      isAbsentOnMaster: false,
    };
    this.names = new UnitNames(master.side.layout);
    this.renames = new UnitRenames(ctx, this.names, master, replica, this.userState);
    this.masterRole = master.side.role;
  }

  run(): void {
    const masterEntries = this.master.list.entriesOf(this.unit);
    const replicaEntries = this.replica?.list.entriesOf(this.unit, this.master.list) ?? [];
    this.replicaMailboxes = replicaEntries.filter(isLive);
    this.count(this.masterRole, masterEntries);
    if (this.replica !== undefined) this.count('replica', replicaEntries);
    this.checkList(this.master, masterEntries);
    if (this.replica !== undefined) this.checkList(this.replica, replicaEntries);

    const inbox = this.unit.kind === 'user' ? this.unit.inbox : undefined;
    const inboxEntry = inbox === undefined ? undefined : masterEntries.find((e) => e.mboxname === inbox);
    const inboxOnMaster = inboxEntry === undefined ? 'absent' : isLive(inboxEntry) ? 'live' : 'tombstone';
    this.userState.isAbsentOnMaster = this.unit.kind === 'user' && inboxOnMaster !== 'live';

    const matches = this.filter();
    const user = { replicaMailboxes: 0, deletedOnMaster: 0, movedOnMaster: 0 };
    let unknownToMaster = 0;
    for (const entry of masterEntries.filter(isLive)) {
      if (!matches(entry)) continue;
      const partner =
        this.replica === undefined || entry.uniqueid === undefined
          ? undefined
          : this.replica.list.liveByUniqueid(entry.uniqueid, entry.mboxname);
      const since = Date.now();
      const looked =
        partner === undefined || this.userState.isAbsentOnMaster ? undefined : this.lookAtSame(entry, partner);
      if (looked === 'counted') continue;
      this.auditJob(() => ({ ...this.makeJob(entry, partner), looked }), since);
    }
    for (const entry of replicaEntries.filter(isLive)) {
      const isDeleted = this.names.isDeleted(entry);
      const partner =
        entry.uniqueid === undefined ? undefined : this.master.list.liveByUniqueid(entry.uniqueid, entry.mboxname);
      if (!isDeleted) {
        user.replicaMailboxes++;
        if (partner !== undefined && this.names.isDeleted(partner)) user.deletedOnMaster++;
        else if (partner !== undefined && this.names.ownerOf(partner) !== this.userid) user.movedOnMaster++;
        else if (partner === undefined && this.isUnknownToMaster(entry)) unknownToMaster++;
      }
      if (partner !== undefined || !matches(entry)) continue;
      const sameName = this.master.list.byName(entry.mboxname);
      // A live mailbox of that name on the master has been judged with this one as its conflict.
      if (sameName !== undefined && isLive(sameName)) continue;
      this.auditJob(() => this.makeJob(undefined, entry));
    }
    this.tellDamagedFiles();
    if (!this.userState.isAbsentOnMaster && this.unit.kind === 'user' && this.replica !== undefined)
      this.spreadFailures();
    if (isNarrowed(this.ctx.plan) && this.replica !== undefined) this.lookForLostEntries(this.replica.side.role);
    this.finishMailboxes();
    this.countPair(user.replicaMailboxes, unknownToMaster);
    if (this.userid !== undefined) {
      const own = {
        ...(inboxEntry === undefined ? {} : { master: inboxEntry }),
        ...this.replicaInbox(replicaEntries, inbox),
      };
      const wipedBySync = this.ctx.engine.traits.userWithoutInbox === 'wiped';
      const sieve = this.sieveEntries(masterEntries, replicaEntries, own);
      const { userid } = this;
      const { unuserLogged } = this.userState;
      this.judgeUser({ userid, inboxOnMaster, unuserLogged, wipedBySync, ...user }, masterEntries, sieve);
    }
    if (this.userid === undefined && this.replica !== undefined) this.judgeSharedQuota();
    this.takeListFaults();
    this.result.moving.push(
      ...findMoving({
        ctx: this.ctx,
        unit: this.unit,
        since: this.since,
        found: this.result,
        audited: this.audited,
        ofUser: this.ofUser,
        same: this.same.flatMap(({ entry, partner }) => [
          { role: this.masterRole, entry },
          { role: 'replica' as const, entry: partner },
        ]),
        quotaroots: () => this.quotaUses().flatMap(({ quotaroot }) => quotaroot ?? []),
      }),
    );
  }

  /** Damaged and missing message files, with the copies that could replace them. */
  private tellDamagedFiles(): void {
    const atRisk = new Set<string>();
    for (const side of this.ctx.sides.keys()) {
      const guids = this.audited.flatMap(({ audit }) =>
        audit.damaged.flatMap((file) => (file.side === side ? (file.message?.guid ?? []) : [])),
      );
      if (guids.length === 0) continue;
      const counts: FileCounts = { files: 0, missing: 0, notHashed: 0, bytesRead: 0 };
      const copies = findCopies(this.ctx, this.unit, side, guids, counts);
      this.result.bytesRead += counts.bytesRead;
      for (const { audit, collector } of this.audited) {
        for (const file of audit.damaged) {
          if (file.side !== side || file.message === undefined) continue;
          const copy = copies.get(file.message.guid) ?? null;
          if (copy === null && file.message.isLive) atRisk.add(file.message.guid);
          for (const finding of FILE_FINDINGS) collector.add(finding.find({ ...file, copy }));
        }
      }
    }
    this.result.atRisk += atRisk.size;
  }

  /** The quota root of a shared mailbox may be that of many: what differs is told of the pair, once. */
  private judgeSharedQuota(): void {
    const isOnBoth = this.audited.some(({ job: { sides } }) => {
      const master = sides.master?.mbentry;
      return (
        master !== undefined && master.mboxname === sides.replica?.mbentry.mboxname && !this.names.isDeleted(master)
      );
    });
    if (!isOnBoth && !this.same.some(({ entry }) => !this.names.isDeleted(entry))) return;
    const { findings, unread, unstable } = auditSharedQuota(this.ctx, this.quotaUses());
    this.result.unstable.push(...unstable);
    for (const finding of findings) this.result.findings.push(finding);
    for (const { side, reason } of unread) this.result.unaudited.push({ what: 'quota roots', side, reason });
    for (const { side, quotaroots } of this.accessedSides()) {
      for (const fault of quotaAccess(side, quotaroots))
        this.result.findings.push(...userFaultFindings({ fault, side: side.role }));
    }
  }

  /** One user's collector; a user without findings counts as clean. */
  private judgeUser(subject: UserSubject, masterEntries: readonly Mbentry[], sieve: SieveEntries): void {
    const collector = new FindingCollector(this.ctx.plan.findingCap);
    this.ofUser = collector;
    if (this.replica !== undefined) {
      const ownOnMaster = masterEntries.some((e) => isLive(e) && !this.names.isDeleted(e));
      // A user with folders but no INBOX is damage of the list, which has a finding of its own.
      if (!(ownOnMaster && subject.inboxOnMaster !== 'live')) {
        for (const finding of USER_FINDINGS) collector.add(finding.find(subject));
      }
      const remembered = subject.inboxOnMaster === 'tombstone' || subject.deletedOnMaster > 0;
      const left = subject.replicaMailboxes - subject.movedOnMaster;
      if (mayUnuser(this.ctx, subject.userid) && subject.inboxOnMaster !== 'live' && !remembered && left > 0) {
        this.addListFinding({ kind: 'unuser', userid: subject.userid, mailboxes: subject.replicaMailboxes });
      }
    }
    const { mailboxes, partitions } = this.ctx.plan;
    const isWhole = mailboxes.length === 0 && partitions.length === 0;
    if (this.replica !== undefined && subject.inboxOnMaster === 'live' && isWhole) {
      const { findings, unread, unstable } = auditUserMetadata(this.ctx, subject.userid, sieve.inbox, this.quotaUses());
      const scripts = auditSieve(this.ctx, subject.userid, sieve);
      this.result.unstable.push(...unstable);
      collector.add([...findings, ...scripts.findings]);
      for (const { side, reason } of [...unread, ...scripts.unread])
        this.result.unaudited.push({ what: userPart(subject.userid), side, reason });
    }
    const single = this.ctx.sides.has('single') ? sieve.inbox.master : undefined;
    if (single !== undefined && isLive(single) && isWhole) {
      const { findings, unread, unstable } = checkUserFiles(this.ctx, subject.userid, single, this.quotaUses());
      this.result.unstable.push(...unstable);
      collector.add(findings);
      for (const { side, reason } of unread)
        this.result.unaudited.push({ what: `user ${subject.userid}`, side, reason });
    }
    if (isWhole && subject.inboxOnMaster === 'live') this.judgeAccess(subject.userid, sieve.inbox, collector);
    // Of a user of whom only some mailboxes were asked for nothing is known beyond them.
    if (collector.class === 'clean') {
      if (isWhole) this.result.cleanUsers++;
    } else {
      this.result.users.push({
        userid: subject.userid,
        class: collector.class,
        findings: collector.findings,
        counts: collector.counts,
      });
    }
  }

  /** Files of the user that a server may not use. */
  private judgeAccess(userid: string, inbox: SieveEntries['inbox'], collector: FindingCollector): void {
    for (const { side, quotaroots } of this.accessedSides()) {
      const entry = side.role === 'replica' ? inbox.replica : inbox.master;
      if (entry === undefined) continue;
      for (const fault of userAccess(side, userid, entry, quotaroots))
        collector.add(userFaultFindings({ fault, side: side.role }));
    }
  }

  /** Sides of which it is known whom the server runs as, with the quota roots that mailboxes of this unit count to. */
  private accessedSides(): readonly { readonly side: Side; readonly quotaroots: ReadonlySet<string> }[] {
    const sides = [this.master, this.replica].flatMap((opened) =>
      opened?.side.access === undefined ? [] : [opened.side],
    );
    const uses = sides.length === 0 ? [] : this.quotaUses();
    return sides.map((side) => ({
      side,
      quotaroots: new Set(uses.flatMap((use) => (use.side === side.role ? (use.quotaroot ?? []) : []))),
    }));
  }

  /** A mailbox that one side does not list may still lie there: its entry was lost. */
  private lookForLostEntries(replicaRole: SideRole): void {
    for (const { job } of this.audited) {
      const { master, replica } = job.sides;
      if (master !== undefined && replica !== undefined) continue;
      const role = master === undefined ? this.masterRole : replicaRole;
      const entry = (master ?? replica)!.mbentry;
      this.result.findings.push(...findDirectoriesOf(this.ctx, role, entry, this.result.unaudited));
    }
  }

  private replicaInbox(entries: readonly Mbentry[], inbox: string | undefined): { readonly replica?: Mbentry } {
    const entry = entries.find((e) => e.mboxname === inbox && isLive(e));
    return entry === undefined ? {} : { replica: entry };
  }

  private sieveEntries(
    masterEntries: readonly Mbentry[],
    replicaEntries: readonly Mbentry[],
    inbox: SieveEntries['inbox'],
  ): SieveEntries {
    const isSieve = (e: Mbentry): boolean => e.mbtype.kind === SIEVE_KIND && isLive(e) && !this.names.isDeleted(e);
    const master = masterEntries.find(isSieve);
    const replica = replicaEntries.find(isSieve);
    const isSame =
      master !== undefined &&
      (this.same.some(({ entry }) => entry === master) ||
        this.audited.some(
          ({ job: { sides }, audit: { subject } }) =>
            sides.master?.mbentry === master && sides.replica !== undefined && subject.differing === 0,
        ));
    return { inbox, mailbox: { master, replica }, isSame };
  }

  /** What the audited mailboxes tell of quota, for both sides. */
  private quotaUses(): ReadQuotaUse[] {
    // What the replica has under a name of another user counts for him, until its new name arrives.
    const isOwn =
      ({ listing }: MailboxJob) =>
      ([side, { mbentry }]: readonly [SideRole, ReadMailbox]): boolean =>
        side !== 'replica' || listing.renameIsLogged || this.names.ownerOf(mbentry) === this.userid;
    const ofSame = this.same.flatMap(({ entry, partner, same: { header, index, exists } }) =>
      SIDES.map((side) => {
        const { mboxname, uniqueid } = side === 'master' ? entry : partner;
        const { quotaMailboxUsed, quotaAnnotUsed, lastUid } = index[side];
        const { quotaroot } = header;
        const isDeleted = this.names.isDeleted(entry);
        return {
          side,
          mboxname,
          uniqueid,
          quotaroot,
          quotaMailboxUsed,
          quotaAnnotUsed,
          exists,
          isDeleted,
          lastUid,
          renameIsLogged: false,
        };
      }),
    );
    const ofAudited = this.audited.flatMap(({ job }) =>
      (Object.entries(job.sides) as [SideRole, ReadMailbox][]).filter(isOwn(job)).map(([side, mailbox]) => ({
        side,
        mboxname: mailbox.mbentry.mboxname,
        uniqueid: mailbox.mbentry.uniqueid,
        quotaroot: mailbox.header?.quotaroot,
        quotaMailboxUsed: mailbox.header === undefined ? undefined : mailbox.indexHeader?.quotaMailboxUsed,
        quotaAnnotUsed: mailbox.indexHeader?.quotaAnnotUsed,
        exists: mailbox.totals?.exists,
        isDeleted: this.names.isDeleted(mailbox.mbentry),
        lastUid: mailbox.indexHeader?.lastUid,
        renameIsLogged: side === 'replica' && job.listing.renameIsLogged,
        isOfOther: side === 'replica' && this.names.ownerOf(mailbox.mbentry) !== this.userid,
      })),
    );
    const known = new Set([...ofSame, ...ofAudited].flatMap((use) => (use.side === 'replica' ? [use.mboxname] : [])));
    // What holds the name of another mailbox of the master was not read: how much it uses is not known.
    const ofOthers = this.replicaMailboxes
      .filter(({ mboxname }) => !known.has(mboxname))
      .map((entry) => ({
        side: 'replica' as const,
        mboxname: entry.mboxname,
        uniqueid: entry.uniqueid,
        quotaMailboxUsed: undefined,
        isDeleted: this.names.isDeleted(entry),
      }));
    // Two names of the master with one uniqueid have one mailbox of the replica between them.
    const once = new Map(
      [...ofSame, ...ofAudited, ...ofOthers].map((use) => [`${use.side} ${use.mboxname}`, use] as const),
    );
    return [...once.values()];
  }

  private makeJob(masterEntry: Mbentry | undefined, replicaEntry: Mbentry | undefined): MailboxJob {
    const { logs, engine } = this.ctx;
    const { isAbsentOnMaster: userAbsentOnMaster, unuserLogged } = this.userState;
    const { traits } = engine;
    const sides: Partial<Record<SideRole, ReadMailbox>> = {};
    const facts: Partial<Record<SideRole, Omit<MailboxSideFacts, 'head' | 'exists'>>> = {};
    const read = (opened: OpenedSide, entry: Mbentry, twin?: ReadMailbox): void => {
      const { role } = opened.side;
      const owner = this.names.ownerOf(entry);
      const spelled = masterEntry === undefined ? owner : (this.names.ownerOf(masterEntry) ?? owner);
      const mailbox = readMailbox(opened.side, entry, owner, twin, spelled);
      sides[role] = mailbox;
      facts[role] = this.factsOf(opened, entry, mailbox);
    };
    if (masterEntry !== undefined) read(this.master, masterEntry);
    if (replicaEntry !== undefined && this.replica !== undefined) read(this.replica, replicaEntry, sides.master);

    const newName = masterEntry?.mboxname;
    const oldName = replicaEntry?.mboxname;
    const rename =
      masterEntry === undefined || replicaEntry === undefined || newName === oldName
        ? undefined
        : this.renames.renameOf(replicaEntry, masterEntry);
    const tombstoneOnMaster =
      masterEntry === undefined && replicaEntry !== undefined && this.renames.hasTombstone(replicaEntry);
    const isUserSynced = this.unit.kind === 'user' && !userAbsentOnMaster;
    const unmailboxLogged = oldName !== undefined && logs.some((log) => log.unmailbox.has(oldName));
    const mailboxLogged = oldName !== undefined && logs.some((log) => log.mailboxes.has(oldName));
    const isMissing = masterEntry === undefined && replicaEntry !== undefined && !tombstoneOnMaster;
    const deletedAsMissing =
      isMissing && traits.unmailboxLine === 'deletes' && unmailboxLogged
        ? 'logged'
        : isMissing &&
            ((traits.deletesMissing === 'always' && isUserSynced) ||
              (traits.mailboxLine === 'deletes' && mailboxLogged))
          ? 'unlogged'
          : 'no';
    const conflict =
      masterEntry !== undefined && replicaEntry === undefined ? this.renames.conflictOf(masterEntry) : undefined;
    const usedBy =
      masterEntry !== undefined && replicaEntry === undefined ? this.renames.uniqueidUsedBy(masterEntry) : undefined;
    return {
      mboxname: newName ?? oldName ?? '',
      sides,
      facts,
      expungeIsImmediate: this.master.side.conf.get('expunge_mode') === 'immediate',
      findLiveElsewhere: (guids) => this.findLiveElsewhere(guids, masterEntry),
      listing: {
        ...(conflict === undefined ? {} : { conflict }),
        ...(usedBy === undefined ? {} : { uniqueidUsedBy: usedBy }),
        renameTargetTaken: rename !== undefined && this.renames.isTargetTaken(newName!, oldName!),
        tombstoneOnMaster,
        deleteIsCarried:
          isUserSynced ||
          (userAbsentOnMaster && unuserLogged) ||
          (traits.unmailboxLine !== 'unknown' && unmailboxLogged) ||
          (traits.mailboxLine !== 'leaves' && mailboxLogged),
        deletedAsMissing,
        renameNeedsLog: rename?.needsLog === true,
        renameIsLogged: rename?.isLogged === true,
        deletedUnderOldName: rename !== undefined && this.renames.isDeletedUnderOldName(replicaEntry!, rename),
        userAbsentOnMaster,
        removedWithUser: userAbsentOnMaster && unuserLogged,
        replicaPartitions: this.replica?.side.layout.partitions.map(({ name }) => name) ?? [],
        annotationsCarried:
          traits.carriesMailboxAnnotations ||
          (newName !== undefined && isLoggedByAll(logs, (log) => log.annotations.has(newName))),
        hazards: engine.hazards,
        sentAsScripts: !engine.carriesSieveMailbox && (masterEntry ?? replicaEntry)?.mbtype.kind === SIEVE_KIND,
      },
    };
  }

  private factsOf(opened: OpenedSide, entry: Mbentry, mailbox: ReadMailbox): Omit<MailboxSideFacts, 'head' | 'exists'> {
    const disagrees: { field: string; list: string; header: string }[] = [];
    const { header } = mailbox;
    if (header?.uniqueid !== undefined && entry.uniqueid !== undefined && header.uniqueid !== entry.uniqueid) {
      disagrees.push({ field: 'uniqueid', list: entry.uniqueid, header: header.uniqueid });
    }
    // A delayed delete in the name layout moves the directory and leaves the old name in the header (seen in 3.6.1).
    const nameIsKept = this.names.isDeleted(entry) || entry.mbtype.legacyDirs;
    if (header?.mboxname !== undefined && header.mboxname !== entry.mboxname && !nameIsKept) {
      disagrees.push({ field: 'name', list: entry.mboxname, header: header.mboxname });
    }
    // The dlist form has always had it; the name only where a server of 3.6 made the mailbox.
    if (header?.form === 'dlist' && header.uniqueid === undefined)
      disagrees.push({ field: 'uniqueid', list: entry.uniqueid ?? '', header: '' });
    return {
      staleCopies: staleCopies(entry, header, mailbox.indexHeader?.uidvalidity),
      ...this.lookedUp(opened, entry, header),
      mbentry: entry,
      isDeleted: this.names.isDeleted(entry),
      missing: mailbox.missing,
      headerDisagrees: disagrees,
      uniqueidRowLost: !this.isNamedByUniqueid(opened, entry),
      path: mailbox.path,
      annotationsDb: stateOf(opened.side.annotations),
    };
  }

  /** What is found by lookups that would take longer than all else at level `index`. */
  private lookedUp(
    opened: OpenedSide,
    entry: Mbentry,
    header: MailboxHeader | undefined,
  ): Pick<MailboxSideFacts, 'quotaroot' | 'rowsDiffer' | 'missingAclRows'> {
    if (this.ctx.plan.level === 'index') return { rowsDiffer: [], missingAclRows: [] };
    const quotaroot = wrongQuotaroot(this.quotarootOf(opened, entry), header);
    return {
      ...(quotaroot === undefined ? {} : { quotaroot }),
      rowsDiffer: differencesOfRows(opened.list, entry),
      missingAclRows: missingAclRows(opened.side, opened.list, entry),
    };
  }

  /** null = not known. */
  private quotarootOf({ side }: OpenedSide, entry: Mbentry): string | undefined | null {
    return this.names.isDeleted(entry) ? undefined : this.quotaroots.of(side, entry);
  }

  private isNamedByUniqueid(opened: OpenedSide, entry: Mbentry): boolean {
    let ofSide = this.namedByUniqueid.get(opened);
    if (ofSide === undefined) this.namedByUniqueid.set(opened, (ofSide = new Map<Mbentry, boolean>()));
    let isNamed = ofSide.get(entry);
    if (isNamed === undefined) ofSide.set(entry, (isNamed = opened.list.isNamedByUniqueid(entry)));
    return isNamed;
  }

  private findLiveElsewhere(guids: ReadonlySet<string>, except: Mbentry | undefined): ReadonlySet<string> {
    const found = new Set<string>();
    for (const entry of this.master.list.entriesOf(this.unit)) {
      if (!isLive(entry) || this.names.isDeleted(entry) || entry.mboxname === except?.mboxname) continue;
      for (const { guid, flags } of guidRecords(this.master.side, entry))
        if ((flags & FLAG_EXPUNGED) === 0 && guids.has(guid)) found.add(guid);
    }
    return found;
  }

  /**
   * Counts a mailbox that is sound and the same on both sides, if it is one. Else it is to be read in full; what was found
   * in its files until then is returned.
   */
  private lookAtSame(entry: Mbentry, partner: Mbentry): 'counted' | FilesLooks | undefined {
    const { master, replica } = this;
    const { plan } = this.ctx;
    if (replica === undefined || this.ctx.readsAllInFull === true) return undefined;
    if (!this.isNamedByUniqueid(master, entry) || !this.isNamedByUniqueid(replica, partner)) return undefined;
    const sides = { master: master.side, replica: replica.side };
    // It is counted then whether it has messages there, which takes a look at the records.
    if (lacksRoot(master.side, entry) || lacksRoot(replica.side, partner)) return undefined;
    const isDeleted = this.names.isDeleted(entry);
    const owner = this.names.ownerOf(entry);
    const found = readSameMailbox(sides, entry, partner, owner, isDeleted, plan.level !== 'index');
    if (found === undefined) return undefined;
    const { same, files } = found;
    // Between two releases even equal annotations can be lost or stop a user.
    if (same.isAnnotated && this.ctx.engine.hazards !== NO_HAZARDS) return undefined;
    let looks: FilesLooks | undefined;
    if (plan.level !== 'index') {
      if (files === undefined) return undefined;
      if (!this.hasSoundRows(master, entry, same.header) || !this.hasSoundRows(replica, partner, same.header))
        return undefined;
      const begun = lookAtFiles(files, entry.uniqueid ?? '', plan, () => () => false);
      looks = finishLook(begun);
      if (looks === undefined) {
        for (const { counts } of begun.values()) this.result.bytesRead += counts.bytesRead;
        return undefined;
      }
      if (!isUneventful(looks)) return looks;
    }
    this.same.push({ entry, partner, same });
    this.result.cleanMailboxes++;
    const { partition } = entry;
    for (const { side } of [master, replica])
      this.countLooked(side.role, { ...same, partition, isMissing: false, files: looks?.get(side.role)?.counts });
    return 'counted';
  }

  /** Whether what is looked up above level `index` finds nothing. */
  private hasSoundRows(opened: OpenedSide, entry: Mbentry, header: MailboxHeader): boolean {
    const { quotaroot, rowsDiffer, missingAclRows } = this.lookedUp(opened, entry, header);
    return quotaroot === undefined && rowsDiffer.length + missingAclRows.length === 0;
  }

  /** Adds one side of a mailbox to what was looked at. */
  private countLooked(role: SideRole, { records, bytes, minor, partition, isMissing, files }: LookedCounts): void {
    const counts = this.result.sides[role]!;
    counts.records += records;
    if (minor !== undefined) counts.indexVersions[String(minor)] = (counts.indexVersions[String(minor)] ?? 0) + 1;
    counts.files += files === undefined ? 0 : files.files - files.missing;
    counts.notHashed += files?.notHashed ?? 0;
    this.result.bytesRead += bytes + (files?.bytesRead ?? 0);
    const ofPartition = this.partitionOf(role, partition);
    ofPartition.listed++;
    if (isMissing) ofPartition.missing++;
    ofPartition.files += files?.files ?? 0;
  }

  private partitionOf(role: SideRole, partition = ''): PartitionCounts {
    return (this.result.sides[role]!.partitions[partition] ??= newPartitionCounts());
  }

  /** Neither a row by uniqueid nor a tombstone of that name tells what became of it. */
  private isUnknownToMaster({ mboxname, uniqueid }: Mbentry): boolean {
    const { list } = this.master;
    if (uniqueid === undefined || list.uniqueidRow(uniqueid) !== undefined) return false;
    return list.byName(mboxname)?.mbtype.deleted !== true;
  }

  /** Adds what this unit shows to the counts of the pair. */
  private countPair(replicaMailboxes: number, unknownToMaster: number): void {
    if (this.replica === undefined) return;
    const { pair } = this.result;
    pair.replicaMailboxes += replicaMailboxes;
    pair.unknownToMaster += unknownToMaster;
    if (unknownToMaster > 0) pair.unitsUnknownToMaster++;
    let isCompared = false;
    let differs = false;
    let isNewerOnReplica = false;
    const emptiedOn = new Set<string>();
    const vanishedOf = (partition = '') => (pair.vanished[partition] ??= newVanishedCounts());
    for (const { entry, same } of this.same) {
      if (this.names.isDeleted(entry)) continue;
      isCompared = true;
      if (same.exists > 0) vanishedOf(entry.partition).filled++;
    }
    for (const { job, audit } of this.audited) {
      const { master, replica } = job.sides;
      if (master?.head === undefined || replica?.head === undefined || this.names.isDeleted(master.mbentry)) continue;
      isCompared = true;
      const modseqs = replica.head.highestmodseq - master.head.highestmodseq;
      const uids = replica.head.lastUid - master.head.lastUid;
      differs ||= modseqs !== 0 || uids !== 0 || audit.isSplitBrain;
      // Its UIDs show that the replica went on without this master even when the master has passed them again.
      isNewerOnReplica ||= (modseqs > 0 && uids > 0) || audit.isSplitBrain;
      const exists = replica.totals?.exists ?? 0;
      if (exists === 0) continue;
      const { partition = '' } = master.mbentry;
      const counts = vanishedOf(partition);
      counts.filled++;
      if (audit.vanished * 2 <= exists) continue;
      counts.emptied++;
      counts.messages += audit.vanished;
      emptiedOn.add(partition);
    }
    for (const partition of emptiedOn) vanishedOf(partition).units++;
    if (isCompared) pair.units++;
    if (differs) pair.unitsDiffering++;
    if (isNewerOnReplica) pair.unitsNewerOnReplica++;
  }

  /** @param since before the first look at it. Unit: ms since the epoch */
  private auditJob(make: () => MailboxJob, since = Date.now()): void {
    const job = make();
    const collector = new FindingCollector(this.ctx.plan.findingCap);
    const files: Partial<Record<SideRole, FileCounts>> = {};
    try {
      const { unaudited } = this.result;
      const unauditedBefore = unaudited.length;
      const audit = auditMailbox(job, this.ctx.plan, this.ctx.engine, collector, unaudited, files);
      const hasFound = collector.class !== 'clean' || audit.damaged.length > 0 || unaudited.length > unauditedBefore;
      const moved = hasFound ? movedAround(this.ctx, job, collector, since) : undefined;
      const fails = failurePhase(job, audit);
      // What is said of its files has been told by now.
      const told = { ...job, looked: undefined };
      this.audited.push({ job: told, audit, collector, moved, ...(fails === undefined ? {} : { fails }) });
      for (const [role, mailbox] of Object.entries(job.sides) as [SideRole, ReadMailbox][])
        this.countLost(role, mailbox, audit.filesGone[role]);
      this.lookForBadHardware(job, audit);
    } finally {
      for (const [role, mailbox] of Object.entries(job.sides) as [SideRole, ReadMailbox][]) {
        mailbox.close();
        this.countLooked(role, {
          records: mailbox.totals?.records ?? 0,
          bytes: mailbox.index?.size ?? 0,
          minor: mailbox.minor,
          partition: mailbox.mbentry.partition,
          isMissing: mailbox.missing.includes('directory'),
          files: files[role],
        });
      }
    }
  }

  private countLost(role: SideRole, mailbox: ReadMailbox, gone: FilesGone = { all: 0, archived: 0 }): void {
    const { partition } = mailbox.mbentry;
    const counts = this.partitionOf(role, partition);
    counts.filesGone += gone.all;
    counts.archivedGone += gone.archived;
    if (gone.all > 0) counts.filesGoneIn++;
    const { side } = role === 'replica' ? this.replica! : this.master;
    if (isEmptyRoot(side, 'archive', partition) && hasMessagesIn('archive', mailbox)) counts.archived++;
    if (isEmptyRoot(side, 'data', partition) && hasMessagesIn('data', mailbox)) counts.filled++;
  }

  private lookForBadHardware(job: MailboxJob, { altered }: MailboxAudit): void {
    const { evidence, unstable } = this.result;
    for (const [role, mailbox] of Object.entries(job.sides) as [SideRole, ReadMailbox][]) {
      const files = altered[role] ?? [];
      if (mailbox.faults.length + files.length === 0) continue;
      evidence.push(...hardwareEvidence(role, mailbox, this.names.ownerOf(mailbox.mbentry)));
      unstable.push(...repeatMailboxReads(role, mailbox, files, this.since, this.ctx.readAgain));
    }
  }

  /** The first mailbox that fails stops the rest of its user; those that wait and have work to do are told so. */
  private spreadFailures(): void {
    const stops = this.audited.find((a) => a.fails === 'open') ?? this.audited.find((a) => a.fails === 'rename');
    let contentStop: AuditedJob | undefined;
    for (const audited of this.audited) {
      const by = stops ?? contentStop;
      if (by !== undefined && by !== audited && audited.fails === undefined && audited.collector.hasWork) {
        const subject = { ...audited.audit.subject, blockedBy: by.job.mboxname };
        const blocked = MAILBOX_FINDINGS.filter(({ code }) => code === 'blocked-by-mailbox');
        for (const finding of blocked) audited.collector.add(finding.find(subject));
      }
      if (audited.fails === 'content') contentStop ??= audited;
    }
  }

  private finishMailboxes(): void {
    const unread = unreadMailboxes(this.result);
    for (const { job, collector } of this.audited) {
      if (collector.class === 'clean') {
        if (!unread.has(job.mboxname)) this.result.cleanMailboxes++;
        continue;
      }
      const entry = (job.sides.master ?? job.sides.single ?? job.sides.replica)!.mbentry;
      const mailbox: MailboxResult = {
        mboxname: job.mboxname,
        uniqueid: entry.uniqueid,
        userid: this.names.ownerOf(entry),
        class: collector.class,
        findings: collector.findings,
        counts: collector.counts,
      };
      this.result.mailboxes.push(mailbox);
    }
  }

  /** One uniqueid under two names, and folders without an INBOX. */
  private checkList(opened: OpenedSide, entries: readonly Mbentry[]): void {
    const { role } = opened.side;
    for (const entry of entries) {
      if (!isLive(entry) || (opened.list.hasUniqueidRows && this.isNamedByUniqueid(opened, entry))) continue;
      const twin = opened.list.twinOf(entry);
      if (twin === undefined) continue;
      const names = [twin, entry.mboxname].sort();
      this.addListFinding({ kind: 'two-names', side: role, uniqueid: entry.uniqueid ?? '', names });
    }
    if (this.unit.kind !== 'user') return;
    const { inbox, userid } = this.unit;
    const own = entries.filter((e) => isLive(e) && !this.names.isDeleted(e));
    if (own.length > 0 && !own.some((e) => e.mboxname === inbox)) {
      this.addListFinding({ kind: 'inbox-missing', side: role, userid, mailboxes: own.length });
    }
  }

  private addListFinding(subject: ListSubject): void {
    for (const finding of LIST_FINDINGS) this.result.findings.push(...finding.find(subject));
  }

  /** Rows of the list that could not be decoded while this unit was looked up; a row is told once. */
  private takeListFaults(): void {
    for (const opened of [this.master, this.replica]) {
      if (opened === undefined) continue;
      const told = new Set<string>();
      for (const fault of opened.list.faults.splice(0)) {
        const row = JSON.stringify(fault);
        if (told.has(row)) continue;
        told.add(row);
        this.result.findings.push(...faultFindings({ fault, side: opened.side.role }));
      }
    }
  }

  private count(role: SideRole, entries: readonly Mbentry[]): void {
    const counts = this.result.sides[role]!;
    for (const entry of entries) {
      if (entry.mbtype.deleted) counts.tombstones++;
      else if (isLive(entry)) {
        counts.mailboxes++;
        if (this.names.isDeleted(entry)) counts.deletedMailboxes++;
      }
    }
  }

  private filter(): (entry: Mbentry) => boolean {
    const byName = globFilter(this.ctx.plan.mailboxes);
    const byPartition = globFilter(this.ctx.plan.partitions);
    return (entry) => byName(entry.mboxname) && byPartition(entry.partition ?? '');
  }
}

/** Whether a directory in which its messages might lie is empty. */
function lacksRoot(side: Side, { partition }: Mbentry): boolean {
  return isEmptyRoot(side, 'data', partition) || isEmptyRoot(side, 'archive', partition);
}

/** Lost when it is not there or has no bytes: Cyrus makes an empty one with its first start. */
function stateOf({ failure, format, isDamaged }: OpenedDatabase): 'sound' | 'lost' | 'damaged' {
  if (isDamaged === true) return 'damaged';
  return failure?.missing === true || format === 'empty' ? 'lost' : 'sound';
}
