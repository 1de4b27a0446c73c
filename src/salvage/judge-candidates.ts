import { findCopies } from '../audit/find-copies.js';
import { hashFile, type FileCounts } from '../audit/hash-file.js';
import { messagePath } from '../audit/twin-files.js';
import { judgeMessage, type Judgement } from '../findings/salvage/judge-message.js';
import { isOffered, salvageVerdict } from '../findings/salvage/verdicts.js';
import type { ManifestAnnotation, ManifestFlags, ManifestMessage } from '../generated/manifest.js';
import type { IndexRecord } from '../model/index-file.js';
import type { Account, SalvageSides } from './account.js';
import { decodeCandidate, guidOfCandidate, type Candidate } from './candidate.js';
import { filesOf } from './file-of-record.js';
import type { CopiesOnNew } from './find-on-new.js';
import { lookOnNew } from './look-on-new.js';
import { annotationsOf, flagsOf, type IndexedMailbox } from './old-mailbox.js';
import type { Selection } from './selection.js';
import type { ToldParts } from './told-parts.js';

/** Offered messages of an account that are remembered, so that none is offered twice; reinject looks again. */
const MAX_REMEMBERED = 500_000;

/** What is wrong with a message file of OLD. */
interface FileFault {
  readonly problem: string;
  /** The system gave no bytes: it may be intact. */
  readonly isUnread: boolean;
}

interface Judged extends Candidate {
  readonly decoded: IndexRecord;
  readonly judgement: Judgement;
  readonly recover: boolean;
}

interface Checked {
  readonly one: Judged;
  /** Of a file that was read: where it lies. */
  readonly source?: string;
  readonly fault?: FileFault;
}

/** Judges messages of one account that NEW may lack, by all that NEW has of them. */
export class CandidateJudge {
  private readonly userid: string | undefined;
  private readonly offered = new Map<string, { readonly mboxname: string; readonly uid: number }>();
  /** Mailboxes that hold no mail, with what NEW lacks of them. */
  private readonly others = new Map<string, { readonly kind: string; readonly records: number }>();
  private annotated:
    { readonly of: IndexedMailbox; readonly byUid: ReadonlyMap<number, readonly ManifestAnnotation[]> } | undefined;

  constructor(
    private readonly sides: SalvageSides,
    private readonly account: Account,
    private readonly selection: Selection,
    private readonly counts: FileCounts,
    private readonly parts: ToldParts,
    private readonly onMessage: (message: ManifestMessage) => void,
  ) {
    this.userid = account.unit.kind === 'user' ? account.unit.userid : undefined;
  }

  /** Looks for a batch on NEW, and judges it. */
  judge(candidates: readonly Candidate[]): void {
    if (candidates.length === 0) return;
    const wanted = candidates.filter(({ flagsOnNew }) => flagsOnNew === undefined).map(guidOfCandidate);
    const copies = lookOnNew(this.sides, this.account, wanted, (part) => {
      this.parts.tell(part);
    });
    // In the order of the index: behind one that is damaged the others wait until copies of it were looked for.
    const waiting: Checked[] = [];
    for (const candidate of candidates) {
      const one = this.judgeOne(candidate, copies);
      if (one === undefined) continue;
      const checked = this.check(one);
      if (waiting.length > 0 || checked.fault !== undefined) waiting.push(checked);
      else this.give(one, one.judgement, checked.source);
    }
    this.giveWaiting(waiting);
  }

  /** Tells what NEW lacks and nobody can put back over IMAP. */
  end(): void {
    for (const [mboxname, { kind, records }] of this.others)
      this.parts.tell({
        what: `${String(records)} records of a mailbox of type ${kind}`,
        side: 'old',
        mboxname,
        reason: 'no mail: scripts, calendars and contacts that NEW lacks cannot be put back over IMAP',
      });
  }

  private judgeOne(candidate: Candidate, copies: CopiesOnNew): Judged | undefined {
    const decoded = decodeCandidate(candidate);
    const judgement = judgementOf(candidate, decoded, copies);
    if (judgement === undefined) return undefined;
    const { mboxname, mbtype } = candidate.mailbox.opened.entry;
    if (mbtype.kind === 'e')
      return { ...candidate, decoded, judgement, recover: isOffered(judgement.verdict, this.selection.include) };
    if (judgement.verdict !== 'flags-changed') {
      const before = this.others.get(mboxname)?.records ?? 0;
      this.others.set(mboxname, { kind: mbtype.kind, records: before + 1 });
    }
    return undefined;
  }

  /** Reads the message file of OLD where it matters. */
  private check(one: Judged): Checked {
    const { verdict } = one.judgement;
    if (verdict === 'flags-changed' || (!one.recover && one.isSound && verdict !== 'damaged-on-new')) return { one };
    const { uid, systemFlags, size, guid } = one.decoded;
    let fault: FileFault | undefined;
    for (const path of filesOf(one.mailbox.opened.dirs, uid, systemFlags)) {
      const unread: string[] = [];
      const found = hashFile(path, size, guid, this.counts, unread);
      const [reason] = unread;
      if (found === undefined && reason === undefined) {
        this.counts.files++;
        return { one, source: path };
      }
      fault ??= {
        problem: reason ?? `${path}: ${found?.problem === 'guid' ? `SHA-1 ${found.found}` : (found?.found ?? '')}`,
        isUnread: reason !== undefined,
      };
    }
    return fault === undefined ? { one } : { one, fault };
  }

  private giveWaiting(waiting: readonly Checked[]): void {
    const intact = this.copiesOf(waiting.filter(({ fault }) => fault !== undefined).map(({ one }) => one.decoded.guid));
    for (const { one, source, fault } of waiting) {
      if (fault === undefined) this.give(one, one.judgement, source);
      else this.giveDamaged(one, fault, intact.get(one.decoded.guid));
    }
  }

  private copiesOf(guids: readonly string[]): ReadonlyMap<string, string> {
    if (guids.length === 0) return new Map();
    const sides = new Map([
      ['master', this.sides.old],
      ['replica', this.sides.newer()],
    ] as const);
    return findCopies({ sides }, this.account.unit, 'master', guids, this.counts);
  }

  private giveDamaged(one: Judged, { problem, isUnread }: FileFault, copy: string | undefined): void {
    const { entry, index } = one.mailbox.opened;
    const { uid } = one.decoded;
    // Of a record whose checksum is wrong only a message that has its GUID is known to be meant.
    if (!one.isSound) {
      const reason = `${index.path}: a record with a wrong checksum: ${problem}`;
      this.parts.tellOften('with a wrong checksum', entry.mboxname, uid, reason);
      return;
    }
    const why = `${one.judgement.why}; ${problem}`;
    const { verdict } = one.judgement;
    if (copy !== undefined)
      this.give(one, { verdict: verdict === 'damaged-on-new' ? verdict : 'damaged-here-intact-elsewhere', why }, copy);
    else {
      if (isUnread) this.parts.tellOften('whose file could not be read', entry.mboxname, uid, problem);
      this.give(one, { verdict: 'damaged-everywhere', why }, undefined);
    }
  }

  private give(one: Judged, { verdict, why }: Judgement, source: string | undefined): void {
    const { mailbox, decoded: record, flagsOnNew, isSound } = one;
    const { entry, dirs, flagNames, headerProblem } = mailbox.opened;
    const isWanted = one.recover && verdict !== 'damaged-everywhere';
    const first =
      isWanted && verdict !== 'flags-changed' ? this.offerOnce(record.guid, entry.mboxname, record.uid) : undefined;
    if (isWanted && headerProblem !== undefined)
      this.parts.tell({ what: 'names of user flags', side: 'old', mboxname: entry.mboxname, reason: headerProblem });
    this.onMessage({
      ...(this.userid === undefined ? {} : { userid: this.userid }),
      mboxname: entry.mboxname,
      uid: record.uid,
      guid: record.guid,
      verified: source !== undefined,
      size: record.size,
      internaldate: isoTime(record.internaldate),
      internaldateEpoch: record.internaldate,
      flags: isWanted ? flagsOfWanted(one, flagsOf(record, flagNames)) : flagsOf(record, flagNames),
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
        this.parts.tell({ what: 'annotations of messages', side: 'old', mboxname: opened.entry.mboxname, reason });
    }
    return this.annotated.byUid.get(uid) ?? [];
  }
}

/** Who wants back what was expunged does not want it gone with the next EXPUNGE. */
function flagsOfWanted({ judgement, decoded }: Judged, flags: ManifestFlags): ManifestFlags {
  const wasExpunged = decoded.expunged || salvageVerdict(judgement.verdict).include === 'expunged';
  return wasExpunged ? { ...flags, system: flags.system.filter((flag) => flag !== '\\Deleted') } : flags;
}

function judgementOf(candidate: Candidate, record: IndexRecord, copies: CopiesOnNew): Judgement | undefined {
  const { mailbox, isUidTaken, flagsOnNew } = candidate;
  if (flagsOnNew !== undefined) return { verdict: 'flags-changed', why: flagsOnNew.why };
  const message = { ...record, isExpunged: record.expunged, isInDeleted: mailbox.isInDeleted, isUidTaken };
  return judgeMessage(message, mailbox.place, copies.of(guidOfCandidate(candidate)));
}

/** The last second that a Date can hold; a damaged record may say any. */
const LATEST = 253_402_300_799;

const isoTime = (seconds: number): string =>
  new Date(Math.min(Math.max(seconds, 0), LATEST) * 1000).toISOString().replace('.000Z', 'Z');
