import { locateMailbox, locateUserMeta } from '../sources/spool/locate-mailbox.js';
import { recordOffsets } from '../formats/index/scan-records.js';
import { parseQuotaRecord, QUOTA_RESOURCES, type QuotaRecord } from '../formats/quota/quota-record.js';
import { parseName } from '../formats/mboxlist/names.js';
import { parseSeenRow } from '../formats/seen/seen-row.js';
import { SubscriptionRows } from '../formats/subscriptions/subscription-rows.js';
import {
  compareQuotaRoot,
  compareSeen,
  compareSubscriptions,
  countSeenMessages,
  seenOnlyOnReplica,
  type QuotaLimits,
  type SeenDifference,
  type SeenState,
  type UidSpan,
  type UidState,
} from '../compare/user-metadata.js';
import { USER_METADATA_FINDINGS, userFaultFindings } from '../findings/catalogue.js';
import type { UserMetadataSubject } from '../findings/user-metadata/user-metadata-subject.js';
import { SIDES, type PairRole, type ReportedFinding, type SideRole } from '../model/effects.js';
import type { FormatFault } from '../model/fault.js';
import type { UnstableRead } from '../model/hardware.js';
import { FLAG_EXPUNGED, OPTION_SHARED_SEEN } from '../model/index-file.js';
import type { Mbentry } from '../model/mailbox.js';
import { readSmallFile } from '../sources/read-only-file.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { openDatabase, whyNotDecoded, type OpenedDatabase } from '../sources/spool/open-database.js';
import type { Side } from '../sources/spool/open-side.js';
import type { UserMeta } from '../sources/spool/paths.js';
import { checkDavDatabase } from '../sources/spool/dav-database.js';
import { openUserDatabase } from '../sources/spool/user-database.js';
import { isLoggedByAll, isUnuserLogged, type AuditContext } from './context.js';
import { repeatDatabaseReads } from './repeat-reads.js';

/** What the audit of one of the user's live mailboxes, delayed-delete copies included, knows of its quota. */
export interface ReadQuotaUse {
  readonly side: SideRole;
  readonly mboxname: string;
  readonly uniqueid: string | undefined;
  /** As cyrus.header names it. */
  readonly quotaroot?: string | undefined;
  /**
   * Bytes, from the index header. undefined = cyrus.header or the index could not be read: then the roots that are
   * named on this side are not all known, and no usage is added up.
   */
  readonly quotaMailboxUsed: number | undefined;
  readonly quotaAnnotUsed?: number | undefined;
  readonly exists?: number | undefined;
  readonly isDeleted: boolean;
  readonly lastUid?: number | undefined;
  /** On the replica: the pending log renames it. */
  readonly renameIsLogged?: boolean;
  /** On the replica: its name there is that of another user, or of none. */
  readonly isOfOther?: boolean;
}

export interface UserMetadataAudit {
  readonly findings: ReportedFinding[];
  readonly unread: { side: SideRole; reason: string }[];
  /** Bytes of the databases that were others when they were read again. */
  readonly unstable: UnstableRead[];
}

/** A quota record is some hundred bytes long. */
const MAX_QUOTA_BYTES = 64 * 1024;

/**
 * Compares what a user has beyond his mailboxes, for a user whose INBOX is live on the master: quota limits,
 * subscriptions, seen state. His sieve scripts: `auditSieve`.
 * The counters file and the conversations database are not compared: neither is replicated, each server keeps its own from
 * the records, which are. On real pairs of 3.6.1 that had converged generation, highestmodseq, mailfoldersmodseq and
 * maildeletedmodseq of the counters differed, and of the conversations the times of message ids, rows of what is deleted,
 * and what one side had expired and the other had not.
 * @param own the INBOX on each side; undefined = no live one
 * @param mailboxes of the user on both sides
 */
export function auditUserMetadata(
  ctx: AuditContext,
  userid: string,
  own: { readonly master?: Mbentry | undefined; readonly replica?: Mbentry | undefined },
  mailboxes: readonly ReadQuotaUse[],
): UserMetadataAudit {
  const master = ctx.sides.get('master');
  const replica = ctx.sides.get('replica');
  if (master === undefined || replica === undefined || own.master === undefined)
    return { findings: [], unread: [], unstable: [] };
  return new UserAudit(ctx, { master: master.side, replica: replica.side }, userid, own, mailboxes).run(
    own.master.mboxname,
  );
}

/**
 * Compares the quota roots of a shared mailbox. Its root may count other mailboxes too, so that no usage is added up.
 * @param mailboxes the mailbox on each side
 */
export function auditSharedQuota(ctx: AuditContext, mailboxes: readonly ReadQuotaUse[]): UserMetadataAudit {
  const master = ctx.sides.get('master');
  const replica = ctx.sides.get('replica');
  if (master === undefined || replica === undefined) return { findings: [], unread: [], unstable: [] };
  return new UserAudit(ctx, { master: master.side, replica: replica.side }, undefined, {}, mailboxes).run(undefined);
}

class UserAudit {
  /** The user was deleted and made anew, and the pending log takes what the replica has of the old one. */
  private readonly isReplaced: boolean;
  private readonly findings: ReportedFinding[] = [];
  private readonly unread: { side: SideRole; reason: string }[] = [];
  private readonly unstable: UnstableRead[] = [];
  private readonly since = Date.now();

  constructor(
    private readonly ctx: AuditContext,
    private readonly sides: Readonly<Record<PairRole, Side>>,
    /** undefined = shared mailboxes. */
    private readonly userid: string | undefined,
    private readonly own: { readonly master?: Mbentry | undefined; readonly replica?: Mbentry | undefined },
    private readonly mailboxes: readonly ReadQuotaUse[],
  ) {
    const wasRecreated =
      own.master?.uniqueid !== undefined &&
      own.replica?.uniqueid !== undefined &&
      own.master.uniqueid !== own.replica.uniqueid;
    this.isReplaced = wasRecreated && userid !== undefined && isUnuserLogged(ctx, userid);
  }

  run(inbox: string | undefined): UserMetadataAudit {
    this.auditQuota(inbox);
    if (this.userid !== undefined) {
      this.auditSubscriptions(this.userid);
      this.auditSeen(this.userid);
      for (const role of SIDES) this.checkDav(role, this.userid);
    }
    return { findings: this.findings, unread: this.unread, unstable: this.unstable };
  }

  private judge(subject: UserMetadataSubject): void {
    for (const kind of USER_METADATA_FINDINGS) for (const finding of kind.find(subject)) this.findings.push(finding);
  }

  private addFaults(side: SideRole, faults: readonly FormatFault[]): void {
    for (const fault of faults) this.findings.push(...userFaultFindings({ fault, side }));
    this.unstable.push(...repeatDatabaseReads(side, faults, this.since, this.ctx.readAgain));
  }

  private auditQuota(inbox: string | undefined): void {
    const quotas = { master: new QuotaReader(this.sides.master), replica: new QuotaReader(this.sides.replica) };
    try {
      for (const root of [...new Set(this.mailboxes.flatMap(({ quotaroot }) => quotaroot ?? []))].sort()) {
        this.auditQuotaRoot(root, inbox, quotas);
      }
    } finally {
      for (const role of SIDES) quotas[role].close();
    }
  }

  private auditQuotaRoot(
    root: string,
    inbox: string | undefined,
    quotas: Readonly<Record<PairRole, QuotaReader>>,
  ): void {
    const read = { master: quotas.master.read(root), replica: quotas.replica.read(root) };
    for (const side of SIDES) {
      const { faults, unread } = read[side];
      this.addFaults(side, faults);
      if (unread !== undefined) this.unread.push({ side, reason: unread });
    }
    const { master, replica } = read;
    const damaged = (side: PairRole): boolean => read[side].record === undefined && read[side].faults.length > 0;
    if (master.unread === undefined && replica.unread === undefined && !damaged('master') && !damaged('replica')) {
      // A mailbox that cannot be read may name any root; on the master it also stops replication of the user before.
      const named = (side: PairRole): boolean =>
        !this.isComplete(side) || this.mailboxes.some((mailbox) => mailbox.side === side && mailbox.quotaroot === root);
      const onReplica = this.mailboxes.filter(({ side, quotaroot }) => side === 'replica' && quotaroot === root);
      const isRenamed = onReplica.length > 0 && onReplica.every(({ renameIsLogged }) => renameIsLogged === true);
      // A root above the INBOX outlives the user.
      const isOfReplaced = this.isReplaced && inbox !== undefined && isAtOrBelow(root, inbox);
      const isCarried = (): boolean =>
        master.record !== undefined || this.hasMoved(root, replica.record, quotas.master);
      // A mailbox that comes from another user leaves his root to him: what the master still has of it stays.
      const isLeftToOther =
        master.record !== undefined &&
        !named('master') &&
        onReplica.length > 0 &&
        onReplica.every(({ isOfOther }) => isOfOther === true);
      const goneByLog = isOfReplaced || (isRenamed && !named('master') && isCarried());
      const differences = isLeftToOther
        ? []
        : compareQuotaRoot({
            root,
            ...(master.record === undefined ? {} : { master: limitsOf(master.record) }),
            ...(replica.record === undefined ? {} : { replica: limitsOf(replica.record) }),
            namedOnMaster: named('master'),
            namedOnReplica: named('replica'),
            coversOnMaster: this.mailboxes.some(
              ({ side, mboxname, isDeleted }) => side === 'master' && !isDeleted && isAtOrBelow(mboxname, root),
            ),
            logged: isLoggedByAll(this.ctx.logs, (log) => log.quotas.has(root)),
            goneByLog,
            isShared: this.userid === undefined,
          });
      for (const difference of differences) this.judge(difference);
    }
    // Above the INBOX a root counts the mailboxes of other users too.
    if (inbox === undefined || !isAtOrBelow(root, inbox)) return;
    for (const side of SIDES) this.checkUsage(side, root, read[side].record);
  }

  /**
   * True when the master has by its new name what the replica has by the old one. Else the limit of the replica was set
   * there, and goes with the rename.
   */
  private hasMoved(root: string, onReplica: QuotaRecord | undefined, quotas: QuotaReader): boolean {
    const moved = this.newNameOf(root);
    const record = moved === undefined ? undefined : quotas.read(moved).record;
    if (moved === undefined || record === undefined) return false;
    if (onReplica === undefined) return true;
    const [m, r] = [limitsOf(record), limitsOf(onReplica)];
    const isSame = QUOTA_RESOURCES.every((name) => r.limits[name] === undefined || r.limits[name] === m.limits[name]);
    const isLogged = isLoggedByAll(this.ctx.logs, (log) => log.quotas.has(moved));
    return isSame || (isLogged && (m.modseq ?? 0) > (r.modseq ?? Infinity));
  }

  /** What a root of the replica is called on the master, as the mailboxes that name it show. */
  private newNameOf(root: string): string | undefined {
    const names = new Set<string>();
    for (const { side, mboxname, uniqueid, quotaroot } of this.mailboxes) {
      if (side !== 'replica' || quotaroot !== root || uniqueid === undefined) continue;
      const twin = this.mailboxes.find((other) => other.side === 'master' && other.uniqueid === uniqueid);
      const below = mboxname.slice(root.length);
      if (twin?.mboxname.endsWith(below) === true) names.add(twin.mboxname.slice(0, -below.length || undefined));
    }
    return names.size === 1 ? [...names][0] : undefined;
  }

  private checkUsage(side: PairRole, root: string, record: QuotaRecord | undefined): void {
    const stored = record?.resources.S?.used;
    if (record === undefined || stored === undefined || record.scanning || !this.isComplete(side)) return;
    // The usage is then taken from the conversations database.
    if (this.sides[side].conf.isOn('quota_use_conversations', false)) return;
    let summed = 0;
    for (const mailbox of this.mailboxes) {
      if (mailbox.side === side && mailbox.quotaroot === root) summed += mailbox.quotaMailboxUsed ?? 0;
    }
    if (stored !== summed) this.judge({ kind: 'quota-usage', side, root, stored, summed });
  }

  /** True when every mailbox of the side could be read. */
  private isComplete(side: PairRole): boolean {
    return this.mailboxes.every((mailbox) => mailbox.side !== side || mailbox.quotaMailboxUsed !== undefined);
  }

  private auditSubscriptions(userid: string): void {
    const names = {
      master: this.readSubscriptions('master', userid),
      replica: this.readSubscriptions('replica', userid),
    };
    if (names.master === undefined || names.replica === undefined) return;
    const { onlyOnMaster, onlyOnReplica } = compareSubscriptions(names.master, names.replica);
    for (const mboxname of onlyOnMaster) this.judge({ kind: 'subscription', only: 'master', mboxname, logged: false });
    for (const mboxname of onlyOnReplica) {
      const logged =
        this.isReplaced || isLoggedByAll(this.ctx.logs, (log) => log.subscriptions.has(`${userid}\0${mboxname}`));
      this.judge({ kind: 'subscription', only: 'replica', mboxname, logged });
    }
  }

  /** undefined = not to be compared. */
  private readSubscriptions(role: PairRole, userid: string): Set<string> | undefined {
    const names = new Set<string>();
    const { defaultdomain } = this.sides[role].layout;
    let rows: SubscriptionRows | undefined;
    const read = this.readRows(role, userid, 'sub', (key, value, path) => {
      rows ??= new SubscriptionRows(userid, path, { defaultdomain });
      const row = rows.parse(key, value);
      if (row.value?.kind === 'mailbox') names.add(row.value.mboxname);
      return row.faults;
    });
    return read ? names : undefined;
  }

  private auditSeen(userid: string): void {
    const rows = { master: this.readSeen('master', userid), replica: this.readSeen('replica', userid) };
    if (rows.master === undefined || rows.replica === undefined) return;
    const masterList = this.ctx.sides.get('master')!.list;
    for (const difference of compareSeen(rows.master, rows.replica)) {
      // Rows stay behind when a mailbox is deleted; they are sent, and mean nothing.
      const mbentry = masterList.liveByUniqueid(difference.uniqueid);
      if (mbentry === undefined) continue;
      const messages = difference.extra.length === 0 ? 0 : this.countMessages(mbentry, difference);
      this.judge({ kind: 'seen', mboxname: mbentry.mboxname, difference, messages });
    }
    if (this.isReplaced) return;
    for (const { uniqueid, state } of seenOnlyOnReplica(rows.master, rows.replica)) {
      const mbentry = masterList.liveByUniqueid(uniqueid);
      const twin = this.ctx.sides.get('replica')!.list.liveByUniqueid(uniqueid, mbentry?.mboxname);
      if (mbentry === undefined || twin === undefined || this.isSeenElsewhere(mbentry, userid)) continue;
      const uids = openUids(this.sides.replica, twin);
      const messages =
        uids === undefined ? countUids(state.seen) : countSeenMessages(state.seen, NO_UIDS.uids(), uids.uids());
      uids?.close();
      this.judge({
        kind: 'seen-only-on-replica',
        mboxname: mbentry.mboxname,
        uniqueid,
        messages,
        changed: state.lastchange,
      });
    }
  }

  /** True when a row of the user for this mailbox of the master means nothing: a leftover. */
  private isSeenElsewhere(mbentry: Mbentry, userid: string): boolean {
    const { deletedPrefix, defaultdomain } = this.sides.master.layout;
    const { isDeleted, owner } = parseName(mbentry.mboxname, { deletedPrefix, defaultdomain });
    if (isDeleted) return true;
    const uids = openUids(this.sides.master, mbentry);
    uids?.close();
    if (uids === undefined || uids.minor < SEEN_IN_INDEX_SINCE) return false;
    return owner === userid || (uids.options & OPTION_SHARED_SEEN) !== 0;
  }

  /** undefined = not to be compared. */
  private readSeen(role: PairRole, userid: string): Map<string, SeenState> | undefined {
    const rows = new Map<string, SeenState>();
    const read = this.readRows(role, userid, 'seen', (key, value, path) => {
      const row = parseSeenRow(value, path);
      if (row.value !== undefined) rows.set(key.toString('latin1'), row.value);
      return row.faults;
    });
    return read ? rows : undefined;
  }

  /** Messages that only the replica has as seen; when an index cannot be read, every UID of the rows counts. */
  private countMessages(mbentry: Mbentry, { uniqueid, extra }: SeenDifference): number {
    const onReplica = this.ctx.sides.get('replica')!.list.liveByUniqueid(uniqueid, mbentry.mboxname);
    const master = openUids(this.sides.master, mbentry);
    const replica = onReplica === undefined ? NO_UIDS : openUids(this.sides.replica, onReplica);
    try {
      if (master === undefined || replica === undefined) return countUids(extra);
      return countSeenMessages(extra, master.uids(), replica.uids());
    } finally {
      master?.close();
      replica?.close();
    }
  }

  /** Each server keeps its own, from the messages, which are replicated: it is not compared. */
  private checkDav(side: PairRole, userid: string): void {
    const inbox = this.own[side];
    const path = inbox && locateUserMeta(this.sides[side].layout, userid, 'dav', inbox);
    // A name that cannot be a file name is told with the other databases.
    if (path === undefined) return;
    const { faults, unread } = checkDavDatabase(path, this.ctx.plan.level !== 'index');
    this.addFaults(side, faults);
    if (unread !== undefined) this.unread.push({ side, reason: unread });
  }

  /** Takes every row of a user's database; false when the file could not be read and says nothing. */
  private readRows(
    role: PairRole,
    userid: string,
    suffix: UserMeta,
    take: (key: Buffer, value: Buffer, path: string) => readonly FormatFault[],
  ): boolean {
    const inbox = this.own[role];
    // A user without INBOX has no databases yet: sync_server looks for them only when he has a mailbox.
    if (inbox === undefined) return true;
    const path = locateUserMeta(this.sides[role].layout, userid, suffix, inbox);
    if (path === undefined) {
      this.unread.push({
        side: role,
        reason: `${suffix} database of ${userid}: the user's name or uniqueid cannot be a file name`,
      });
      return false;
    }
    const opened = openUserDatabase(path);
    if (opened.unread !== undefined) {
      this.unread.push({ side: role, reason: opened.unread });
      return false;
    }
    const faults: FormatFault[] = [];
    for (const { key, value } of opened.rows) faults.push(...take(key, value, path));
    // An empty file is a database that was created and not yet written.
    this.addFaults(role, [
      ...opened.faults.filter(({ code }) => code !== 'file-empty'),
      ...faults.slice(0, MAX_ROW_FAULTS),
    ]);
    return true;
  }
}

/** Faults of single rows that are reported per database. */
const MAX_ROW_FAULTS = 100;

function limitsOf({ resources, modseq }: QuotaRecord): QuotaLimits {
  const limits: Partial<Record<(typeof QUOTA_RESOURCES)[number], number>> = {};
  for (const name of QUOTA_RESOURCES) {
    const limit = resources[name]?.limit;
    if (limit !== undefined) limits[name] = limit;
  }
  return { limits, ...(modseq === undefined ? {} : { modseq }) };
}

function isAtOrBelow(mboxname: string, root: string): boolean {
  return mboxname === root || mboxname.startsWith(`${root}.`) || (root.endsWith('!') && mboxname.startsWith(root));
}

interface QuotaRead {
  readonly record?: QuotaRecord;
  readonly faults: readonly FormatFault[];
  readonly unread?: string;
}

/** Quota records of one side, from one file each or from the quota database. */
export class QuotaReader {
  private db: OpenedDatabase | undefined;

  constructor(private readonly side: Side) {}

  read(root: string): QuotaRead {
    return this.side.layout.quota.legacy ? this.readFile(root) : this.readRow(root);
  }

  close(): void {
    this.db?.close();
  }

  private readFile(root: string): QuotaRead {
    const path = this.side.layout.quotaPath(root);
    if (path === undefined) return { faults: [], unread: `quota root ${JSON.stringify(root)} cannot be a file name` };
    const { bytes, failure } = readSmallFile(path, MAX_QUOTA_BYTES);
    if (failure !== undefined) return { faults: [], ...(failure.missing ? {} : { unread: failure.reason }) };
    return parseRecord(bytes, path);
  }

  private readRow(root: string): QuotaRead {
    const db = (this.db ??= openDatabase(this.side.layout.quota.db));
    if (db.failure !== undefined) return { faults: [], ...(db.failure.missing ? {} : { unread: db.failure.reason }) };
    const undecoded = whyNotDecoded(db);
    if (undecoded !== undefined) return { faults: [], unread: undecoded };
    if (db.db === undefined) return { faults: db.faults.filter(({ code }) => code !== 'file-empty') };
    const before = db.faults.length;
    const value = db.db.get(Buffer.from(root));
    if (db.faults.length > before) return { faults: db.faults.slice(before) };
    return value === undefined ? { faults: [] } : parseRecord(value, db.path);
  }
}

/** Nothing, or a NUL, is no quota root. Source: quota_read, imap/quota_db.c 3.6.1. */
function parseRecord(bytes: Buffer, path: string): QuotaRead {
  if (bytes.length === 0 || bytes[0] === 0) return { faults: [] };
  if (lastRecord?.bytes.equals(bytes) === true) return lastRecord.read;
  const { value, faults } = parseQuotaRecord(bytes, path);
  const read = { faults, ...(value === undefined ? {} : { record: value }) };
  if (faults.length === 0) lastRecord = { bytes: Buffer.from(bytes), read };
  return read;
}

/** A sound record; that of the other side is most often the same. */
let lastRecord: { readonly bytes: Buffer; readonly read: QuotaRead } | undefined;

interface Uids {
  readonly minor: number;
  readonly options: number;
  uids(): Iterable<UidState>;
  close(): void;
}

const NO_UIDS: Uids = { minor: 0, options: 0, uids: () => [], close: () => undefined };

/** Minor version from which on the owner's seen state is in the index. Source: index.md section 6. */
const SEEN_IN_INDEX_SINCE = 12;

const countUids = (spans: readonly UidSpan[]): number => spans.reduce((sum, { from, to }) => sum + to - from + 1, 0);

function openUids(side: Side, mbentry: Mbentry): Uids | undefined {
  const path = locateMailbox(side.layout, mbentry)?.metaOf('index');
  const index = path === undefined ? undefined : IndexFile.open(path).index;
  if (index === undefined) return undefined;
  const { version, header } = index.head;
  if (version === undefined || header === undefined) {
    index.close();
    return undefined;
  }
  const o = recordOffsets(version);
  return {
    minor: version.minor,
    options: header.options,
    *uids() {
      for (const { view, count } of index.blocks()) {
        for (let i = 0, base = 0; i < count; i++, base += o.size) {
          yield {
            uid: view.getUint32(base + o.uid),
            expunged: (view.getUint32(base + o.systemFlags) & FLAG_EXPUNGED) !== 0,
          };
        }
      }
    },
    close: () => index.close(),
  };
}
