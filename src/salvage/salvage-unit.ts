import { findCopies } from '../audit/find-copies.js';
import { hashFile, type FileCounts } from '../audit/hash-file.js';
import { messagePath } from '../audit/twin-files.js';
import { judgeMessage, type Judgement, type NewIndexFacts, type NewPlace } from '../findings/salvage/judge-message.js';
import { isOffered } from '../findings/salvage/verdicts.js';
import type { ManifestAnnotation, ManifestMessage, ManifestUnaudited } from '../generated/manifest.js';
import { FLAG_UNLINKED, type IndexRecord } from '../model/index-file.js';
import type { Mbentry } from '../model/mailbox.js';
import { isDeletedName, type Unit } from '../sources/spool/mailbox-list.js';
import { openAccount, placeOnNew, sameMailbox, targetOf, type Account, type SalvageSides } from './account.js';
import { lookOnNew } from './look-on-new.js';
import { changedFlags, type ChangedFlags } from './changed-flags.js';
import { fileProblem, filesOf } from './file-of-record.js';
import { annotationsOf, decodeAt, flagsOf, isSoundRecord, openIndexed, type IndexedMailbox } from './old-mailbox.js';
import {
  commonModseq,
  isExpungedRecord,
  isSameMessage,
  pairRecords,
  systemFlagsOf,
  timeOf,
  uidOf,
  type RecordPlace,
} from './pair-records.js';
import type { CopiesOnNew } from './find-on-new.js';
import type { Selection } from './selection.js';

/** Messages that are looked for on NEW in one pass over its indexes: what is held in memory at a time. */
const BATCH = 8192;
/** Messages of one mailbox with the same trouble that are told one by one. */
const MAX_TOLD = 10;
/** Offered messages of an account that are remembered, so that none is offered twice; reinject looks again. */
const MAX_REMEMBERED = 500_000;

export interface SalvageTotals extends FileCounts {
  mailboxes: number;
  records: number;
}

export interface SalvageSink {
  readonly message: (message: ManifestMessage) => void;
  readonly renamed: (mboxname: string, now: string) => void;
  readonly unaudited: (part: ManifestUnaudited) => void;
}

/** A message of OLD that NEW may lack. */
interface Candidate {
  readonly mailbox: OldMailbox;
  readonly record: IndexRecord;
  /** The checksum of its record is right. */
  readonly isSound: boolean;
  readonly isUidTaken: boolean;
  readonly flagsOnNew?: ChangedFlags;
}

/** What is known of a mailbox of OLD while its messages are judged. */
interface OldMailbox {
  readonly opened: IndexedMailbox;
  readonly isInDeleted: boolean;
  readonly place: NewPlace;
  readonly target: { readonly mboxname: string; readonly exists: boolean };
}

/** What is wrong with a message file of OLD. */
interface FileFault {
  readonly problem: string;
  /** The system gave no bytes: it may be intact. */
  readonly isUnread: boolean;
}

interface Judged extends Candidate {
  readonly judgement: Judgement;
  readonly recover: boolean;
}

/** Judges every message of one user, or of one shared mailbox, that NEW may lack. */
export class UnitSalvage {
  private readonly userid: string | undefined;
  private readonly account: Account;
  private pending: Candidate[] = [];
  private readonly offered = new Map<string, { readonly mboxname: string; readonly uid: number }>();
  private readonly told = new Set<string>();
  private readonly often = new Map<string, { readonly part: ManifestUnaudited; count: number }>();
  /** Mailboxes that hold no mail, with what NEW lacks of them. */
  private readonly others = new Map<string, { readonly kind: string; readonly records: number }>();
  private annotated:
    { readonly of: IndexedMailbox; readonly byUid: ReadonlyMap<number, readonly ManifestAnnotation[]> } | undefined;

  constructor(
    private readonly sides: SalvageSides,
    private readonly unit: Unit,
    private readonly selection: Selection,
    private readonly totals: SalvageTotals,
    private readonly sink: SalvageSink,
  ) {
    this.userid = unit.kind === 'user' ? unit.userid : undefined;
    this.account = openAccount(sides.old, sides.newer(), unit);
  }

  run(): void {
    const { layout } = this.sides.old.side;
    for (const entry of this.account.old) {
      if (!this.selection.takesMailbox(entry.mboxname, this.unit)) continue;
      const isInDeleted = isDeletedName(entry.mboxname, layout);
      if (isInDeleted && !this.selection.include.has('expunged')) continue;
      this.readMailbox(entry, isInDeleted);
    }
    this.flush();
    this.tellOther();
    for (const { part, count } of this.often.values()) if (count > MAX_TOLD) this.tell(part);
  }

  private readMailbox(entry: Mbentry, isInDeleted: boolean): void {
    const { old } = this.sides;
    const newer = this.sides.newer();
    this.totals.mailboxes++;
    const opened = openIndexed(old, entry);
    if (typeof opened === 'string') {
      this.tell({ what: 'messages of a mailbox', side: 'old', mboxname: entry.mboxname, reason: opened });
      return;
    }
    try {
      const twinEntry = sameMailbox(newer, entry);
      const twin = twinEntry === undefined ? undefined : openIndexed(newer, twinEntry);
      if (typeof twin === 'string') {
        // Its messages may all be there.
        this.tell({ what: 'messages of a mailbox', side: 'new', mboxname: twinEntry!.mboxname, reason: twin });
        return;
      }
      try {
        const place = placeOnNew(newer, entry);
        if (place.kind === 'same' && place.mboxname !== entry.mboxname && !place.isDeleted && !isInDeleted)
          this.sink.renamed(entry.mboxname, place.mboxname);
        const target = targetOf(newer, entry, place);
        const found = this.readRecords(opened, twin, { opened, isInDeleted, place, target });
        if (found.withoutGuid > 0)
          this.tell({
            what: `${String(found.withoutGuid)} records without a GUID`,
            side: 'old',
            mboxname: entry.mboxname,
            reason: `${opened.index.path}: nothing tells whether NEW has these messages`,
          });
        if (found.records < (opened.index.head.header?.numRecords ?? 0))
          this.tell({
            what: 'records',
            side: 'old',
            mboxname: entry.mboxname,
            reason: `${opened.index.path}: ${String(found.records)} of ${String(opened.index.head.header?.numRecords)} records could be read`,
          });
      } finally {
        twin?.index.close();
      }
    } finally {
      opened.index.close();
    }
  }

  private readRecords(
    opened: IndexedMailbox,
    twin: IndexedMailbox | undefined,
    found: OldMailbox,
  ): { readonly records: number; readonly withoutGuid: number } {
    const { include } = this.selection;
    let mailbox = found;
    let records = 0;
    let withoutGuid = 0;
    for (const { old, twin: other } of pairRecords(opened.index, twin?.index)) {
      records++;
      this.totals.records++;
      if (uidOf(old) === 0) continue;
      const isExpunged = isExpungedRecord(old);
      if (isExpunged && (!include.has('expunged') || (systemFlagsOf(old) & FLAG_UNLINKED) !== 0)) continue;
      const isOnNew = other !== undefined && isSameMessage(old, other) && !isExpungedRecord(other);
      if (isOnNew && (isExpunged || found.isInDeleted)) continue;
      // In a deleted mailbox it is not where its user sees it.
      const isSeen =
        isOnNew &&
        !(found.place.kind === 'same' && found.place.isDeleted) &&
        isSoundRecord(other) &&
        fileProblem(twin!.dirs, other) === undefined;
      const flagsOnNew = isSeen ? changedFlags(old, opened, other, twin!) : undefined;
      if ((isSeen && flagsOnNew === undefined) || this.isTooOld(old)) continue;
      if (hasNoGuid(old)) {
        withoutGuid++;
        continue;
      }
      if (mailbox === found && !isSeen) mailbox = withIndexFacts(found, opened, twin);
      const record = decodeAt(old, opened);
      this.pending.push({
        mailbox,
        record,
        isSound: isSoundRecord(old),
        isUidTaken: other !== undefined && !isSameMessage(old, other),
        ...(flagsOnNew === undefined ? {} : { flagsOnNew }),
      });
      if (this.pending.length >= BATCH) this.flush();
    }
    return { records, withoutGuid };
  }

  private isTooOld(place: RecordPlace): boolean {
    const { since } = this.selection;
    return (
      since > 0 &&
      timeOf(place, 'internaldate') < since &&
      timeOf(place, 'lastUpdated') < since &&
      timeOf(place, 'savedate') < since
    );
  }

  /** Looks for what is pending on NEW, and judges it. */
  private flush(): void {
    const candidates = this.pending;
    if (candidates.length === 0) return;
    this.pending = [];
    const wanted = candidates.filter(({ flagsOnNew }) => flagsOnNew === undefined);
    const copies = lookOnNew(
      this.sides,
      this.account,
      wanted.map(({ record }) => binary(record.guid)),
      (part) => {
        this.tell(part);
      },
    );
    const judged: Judged[] = [];
    for (const candidate of candidates) {
      const judgement = judge(candidate, copies);
      if (judgement === undefined) continue;
      const { mboxname, mbtype } = candidate.mailbox.opened.entry;
      const recover = isOffered(judgement.verdict, this.selection.include);
      if (mbtype.kind === 'e') judged.push({ ...candidate, judgement, recover });
      else if (judgement.verdict !== 'flags-changed') {
        const before = this.others.get(mboxname)?.records ?? 0;
        this.others.set(mboxname, { kind: mbtype.kind, records: before + 1 });
      }
    }
    this.emit(judged);
  }

  private tellOther(): void {
    for (const [mboxname, { kind, records }] of this.others)
      this.tell({
        what: `${String(records)} records of a mailbox of type ${kind}`,
        side: 'old',
        mboxname,
        reason: 'no mail: scripts, calendars and contacts that NEW lacks cannot be put back over IMAP',
      });
  }

  private emit(judged: readonly Judged[]): void {
    const sources = new Map<Judged, string>();
    const damaged = new Map<Judged, FileFault>();
    for (const one of judged) {
      const { verdict } = one.judgement;
      if (verdict === 'flags-changed' || (!one.recover && one.isSound && verdict !== 'damaged-on-new')) continue;
      const { path, fault } = this.verify(one);
      if (fault === undefined) sources.set(one, path);
      else damaged.set(one, fault);
    }
    const intact = this.copiesOf(damaged.keys());
    for (const one of judged) {
      const fault = damaged.get(one);
      if (fault === undefined) this.give(one, one.judgement, sources.get(one));
      else this.giveDamaged(one, fault, intact.get(one.record.guid));
    }
  }

  private giveDamaged(one: Judged, { problem, isUnread }: FileFault, copy: string | undefined): void {
    const { mboxname } = one.mailbox.opened.entry;
    const { path } = one.mailbox.opened.index;
    // Of a record whose checksum is wrong only a message that has its GUID is known to be meant.
    if (!one.isSound) {
      const reason = `${path}: a record with a wrong checksum: ${problem}`;
      this.tellOften('with a wrong checksum', mboxname, one.record.uid, reason);
      return;
    }
    const why = `${one.judgement.why}; ${problem}`;
    const { verdict } = one.judgement;
    if (copy !== undefined)
      this.give(one, { verdict: verdict === 'damaged-on-new' ? verdict : 'damaged-here-intact-elsewhere', why }, copy);
    else {
      if (isUnread) this.tellOften('whose file could not be read', mboxname, one.record.uid, problem);
      this.give(one, { verdict: 'damaged-everywhere', why }, undefined);
    }
  }

  /** Reads the message file of OLD. */
  private verify({ mailbox, record }: Judged): { readonly path: string; readonly fault?: FileFault } {
    const [first = '', ...others] = filesOf(mailbox.opened.dirs, record.uid, record.systemFlags);
    let fault: FileFault | undefined;
    for (const path of [first, ...others]) {
      const unread: string[] = [];
      const found = hashFile(path, record.size, record.guid, this.totals, unread);
      const [reason] = unread;
      if (found === undefined && reason === undefined) {
        this.totals.files++;
        return { path };
      }
      fault ??= {
        problem: reason ?? `${path}: ${found?.problem === 'guid' ? `SHA-1 ${found.found}` : (found?.found ?? '')}`,
        isUnread: reason !== undefined,
      };
    }
    return { path: first, ...(fault === undefined ? {} : { fault }) };
  }

  private copiesOf(damaged: Iterable<Judged>): ReadonlyMap<string, string> {
    const guids = [...damaged].map(({ record }) => record.guid);
    if (guids.length === 0) return new Map();
    const sides = new Map([
      ['master', this.sides.old],
      ['replica', this.sides.newer()],
    ] as const);
    return findCopies({ sides }, this.unit, 'master', guids, this.totals);
  }

  private give(one: Judged, { verdict, why }: Judgement, source: string | undefined): void {
    const { mailbox, record, flagsOnNew, isSound } = one;
    const { entry, dirs, flagNames, headerProblem } = mailbox.opened;
    const isWanted = one.recover && verdict !== 'damaged-everywhere';
    const first =
      isWanted && verdict !== 'flags-changed' ? this.offerOnce(record.guid, entry.mboxname, record.uid) : undefined;
    if (isWanted && headerProblem !== undefined)
      this.tell({ what: 'names of user flags', side: 'old', mboxname: entry.mboxname, reason: headerProblem });
    this.sink.message({
      ...(this.userid === undefined ? {} : { userid: this.userid }),
      mboxname: entry.mboxname,
      uid: record.uid,
      guid: record.guid,
      verified: source !== undefined,
      size: record.size,
      internaldate: isoTime(record.internaldate),
      internaldateEpoch: record.internaldate,
      flags: flagsOf(record, flagNames),
      annotations: isWanted ? this.annotationsFor(mailbox.opened, record.uid) : [],
      source: source ?? messagePath(dirs, record.uid, record.systemFlags),
      target: flagsOnNew === undefined ? mailbox.target : { ...mailbox.target, uid: record.uid },
      verdict,
      why: isSound ? why : `${why}; its record has a wrong checksum: flags and dates may be wrong`,
      recover: isWanted && first === undefined,
      ...(first === undefined ? {} : { sameAs: first }),
      ...(flagsOnNew === undefined ? {} : { flagsToAdd: flagsOnNew.toAdd, flagsOnlyOnNew: flagsOnNew.onlyOnNew }),
    });
  }

  /** Where the same message is offered from already. */
  private offerOnce(
    guid: string,
    mboxname: string,
    uid: number,
  ): { readonly mboxname: string; readonly uid: number } | undefined {
    const before = this.offered.get(guid);
    if (before !== undefined) return before;
    if (this.offered.size >= MAX_REMEMBERED) this.offered.clear();
    this.offered.set(guid, { mboxname, uid });
    return undefined;
  }

  private annotationsFor(opened: IndexedMailbox, uid: number): readonly ManifestAnnotation[] {
    if (this.annotated?.of !== opened) {
      const problems: string[] = [];
      this.annotated = { of: opened, byUid: annotationsOf(opened, this.userid, problems) };
      for (const reason of problems)
        this.tell({ what: 'annotations of messages', side: 'old', mboxname: opened.entry.mboxname, reason });
    }
    return this.annotated.byUid.get(uid) ?? [];
  }

  /** A disk that is dying has thousands of them. */
  private tellOften(trouble: string, mboxname: string, uid: number, reason: string): void {
    const key = `${trouble} ${mboxname}`;
    const count = (this.often.get(key)?.count ?? 0) + 1;
    if (count <= MAX_TOLD) this.tell({ what: `uid ${String(uid)}`, side: 'old', mboxname, reason });
    const what = `${String(count - MAX_TOLD)} more messages ${trouble}`;
    this.often.set(key, { part: { what, side: 'old', mboxname, reason: `uid ${String(uid)} is the last` }, count });
  }

  /** Once, however many batches meet it. */
  private tell(part: ManifestUnaudited): void {
    const key = JSON.stringify(part);
    if (this.told.has(key)) return;
    this.told.add(key);
    this.sink.unaudited(part);
  }
}

function judge({ record, mailbox, isUidTaken, flagsOnNew }: Candidate, copies: CopiesOnNew): Judgement | undefined {
  if (flagsOnNew !== undefined) return { verdict: 'flags-changed', why: flagsOnNew.why };
  const message = { ...record, isExpunged: record.expunged, isInDeleted: mailbox.isInDeleted, isUidTaken };
  return judgeMessage(message, mailbox.place, copies.of(binary(record.guid)));
}

const binary = (guid: string): string => Buffer.from(guid, 'hex').toString('latin1');

function hasNoGuid({ block, index, offsets }: RecordPlace): boolean {
  const at = index * offsets.size + offsets.guid;
  for (let i = at; i < at + 20; i++) if (block.bytes[i] !== 0) return false;
  return true;
}

/** Adds what the indexes tell together: a pass of its own, for a mailbox in which NEW lacks anything. */
function withIndexFacts(found: OldMailbox, old: IndexedMailbox, twin: IndexedMailbox | undefined): OldMailbox {
  const header = twin?.index.head.header;
  if (found.place.kind !== 'same' || twin === undefined || header === undefined) return found;
  const index: NewIndexFacts = {
    lastUid: header.lastUid,
    deletedmodseq: header.deletedmodseq,
    lowerBound: commonModseq(old.index, twin.index),
  };
  return { ...found, place: { ...found.place, index } };
}

/** The last second that a Date can hold; a damaged record may say any. */
const LATEST = 253_402_300_799;

const isoTime = (seconds: number): string =>
  new Date(Math.min(Math.max(seconds, 0), LATEST) * 1000).toISOString().replace('.000Z', 'Z');
