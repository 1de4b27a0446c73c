import type { FileCounts } from '../audit/hash-file.js';
import type { NewIndexFacts } from '../findings/salvage/judge-message.js';
import type { ManifestMessage, ManifestUnaudited } from '../generated/manifest.js';
import { FLAG_UNLINKED } from '../model/index-file.js';
import type { Mbentry } from '../model/mailbox.js';
import { isDeletedName, type Unit } from '../sources/spool/mailbox-list.js';
import { openAccount, placeOnNew, sameMailbox, targetOf, type Account, type SalvageSides } from './account.js';
import { keepRecord, type Candidate, type OldMailbox } from './candidate.js';
import { changedFlags } from './changed-flags.js';
import { fileProblem } from './file-of-record.js';
import { CandidateJudge } from './judge-candidates.js';
import { isSoundRecord, openIndexed, type IndexedMailbox } from './old-mailbox.js';
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
import type { Selection } from './selection.js';
import { ToldParts } from './told-parts.js';

/** Messages that are looked for on NEW in one pass over its indexes: what is held in memory at a time. */
const BATCH = 4096;

export interface SalvageTotals extends FileCounts {
  mailboxes: number;
  records: number;
}

export interface SalvageSink {
  readonly message: (message: ManifestMessage) => void;
  readonly renamed: (mboxname: string, now: string) => void;
  readonly unaudited: (part: ManifestUnaudited) => void;
}

/** Collects every message of one user, or of one shared mailbox, that NEW may lack, and has it judged. */
export class UnitSalvage {
  private readonly account: Account;
  private readonly parts: ToldParts;
  private readonly judge: CandidateJudge;
  private pending: Candidate[] = [];

  constructor(
    private readonly sides: SalvageSides,
    private readonly unit: Unit,
    private readonly selection: Selection,
    private readonly totals: SalvageTotals,
    private readonly sink: SalvageSink,
  ) {
    this.account = openAccount(sides.old, sides.newer(), unit);
    this.parts = new ToldParts((part) => {
      sink.unaudited(part);
    });
    this.judge = new CandidateJudge(sides, this.account, selection, totals, this.parts, (message) => {
      sink.message(message);
    });
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
    this.judge.end();
    this.parts.end();
  }

  private flush(): void {
    const candidates = this.pending;
    this.pending = [];
    this.judge.judge(candidates);
  }

  private readMailbox(entry: Mbentry, isInDeleted: boolean): void {
    const { old } = this.sides;
    const newer = this.sides.newer();
    this.totals.mailboxes++;
    const opened = openIndexed(old, entry);
    if (typeof opened === 'string') {
      this.parts.tell({ what: 'messages of a mailbox', side: 'old', mboxname: entry.mboxname, reason: opened });
      return;
    }
    try {
      const twinEntry = sameMailbox(newer, entry);
      const twin = twinEntry === undefined ? undefined : openIndexed(newer, twinEntry);
      if (typeof twin === 'string') {
        // Its messages may all be there.
        this.parts.tell({ what: 'messages of a mailbox', side: 'new', mboxname: twinEntry!.mboxname, reason: twin });
        return;
      }
      try {
        const place = placeOnNew(newer, entry);
        if (place.kind === 'same' && place.mboxname !== entry.mboxname && !place.isDeleted && !isInDeleted)
          this.sink.renamed(entry.mboxname, place.mboxname);
        const target = targetOf(newer, entry, place);
        const { records, withoutGuid } = this.readRecords(twin, { opened, isInDeleted, place, target });
        const { path, head } = opened.index;
        const tell = (what: string, reason: string): void => {
          this.parts.tell({ what, side: 'old', mboxname: entry.mboxname, reason: `${path}: ${reason}` });
        };
        if (withoutGuid > 0)
          tell(`${String(withoutGuid)} records without a GUID`, 'nothing tells whether NEW has these messages');
        const numRecords = head.header?.numRecords ?? 0;
        if (records < numRecords) tell('records', `${String(records)} of ${String(numRecords)} records could be read`);
      } finally {
        twin?.index.close();
      }
    } finally {
      opened.index.close();
    }
  }

  private readRecords(
    twin: IndexedMailbox | undefined,
    found: OldMailbox,
  ): { readonly records: number; readonly withoutGuid: number } {
    const { include } = this.selection;
    const { opened } = found;
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
      if (mailbox === found && !isSeen) mailbox = withIndexFacts(found, twin);
      this.pending.push({
        mailbox,
        record: keepRecord(old),
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
}

function hasNoGuid({ block, index, offsets }: RecordPlace): boolean {
  const at = index * offsets.size + offsets.guid;
  for (let i = at; i < at + 20; i++) if (block.bytes[i] !== 0) return false;
  return true;
}

/** Adds what the indexes tell together: a pass of its own, for a mailbox in which NEW lacks anything. */
function withIndexFacts(found: OldMailbox, twin: IndexedMailbox | undefined): OldMailbox {
  const header = twin?.index.head.header;
  if (found.place.kind !== 'same' || twin === undefined || header === undefined) return found;
  const index: NewIndexFacts = {
    lastUid: header.lastUid,
    deletedmodseq: header.deletedmodseq,
    lowerBound: commonModseq(found.opened.index, twin.index),
  };
  return { ...found, place: { ...found.place, index } };
}
