import type { SalvageVerdict } from './verdicts.js';

/** What NEW has in the place of the mailbox of a message. */
export type NewPlace =
  /** The mailbox with the same uniqueid; `isDeleted`: as a delayed-delete copy. */
  | { readonly kind: 'same'; readonly mboxname: string; readonly isDeleted: boolean; readonly index?: NewIndexFacts }
  /** Another mailbox with its name. */
  | { readonly kind: 'recreated'; readonly mboxname: string }
  | { readonly kind: 'tombstone'; readonly mboxname: string; readonly deletedAt?: number }
  | { readonly kind: 'none' };

export interface NewIndexFacts {
  readonly lastUid: number;
  readonly deletedmodseq: number;
  /** Lower bound for the modseq of the last common state; 0 = nothing in common. */
  readonly lowerBound: number;
}

/** A record on NEW with the GUID that is looked for. */
export interface NewCopy {
  readonly mboxname: string;
  readonly uid: number;
  /** When the record was last written: of an expunged one, when it was expunged. Unit: s since the epoch. */
  readonly lastUpdated: number;
}

/** The best copy of each kind; `live`: where the user can see it, with a file of the right size. */
export interface NewCopies {
  readonly live?: NewCopy;
  /** One that the user sees and cannot read. */
  readonly damaged?: NewCopy & { readonly problem: string };
  readonly deleted?: NewCopy;
  /** The youngest, with its file or without. */
  readonly expunged?: NewCopy;
}

export interface OldMessage {
  readonly uid: number;
  readonly isExpunged: boolean;
  /** It lies in a delayed-delete copy on OLD. */
  readonly isInDeleted: boolean;
  /** Its mailbox on NEW has another message under its UID, so that it was never there: no UID is given twice. */
  readonly isUidTaken: boolean;
  /** 0 = the index has none. */
  readonly createdmodseq: number;
  /** When it came into its mailbox; 0 = the index does not tell. Unit: s since the epoch. */
  readonly savedate: number;
}

export interface Judgement {
  readonly verdict: SalvageVerdict;
  /** The evidence, in a sentence. */
  readonly why: string;
}

/** Judges a message by all that NEW has of it; undefined = NEW has it where its user can see it. */
export function judgeMessage(old: OldMessage, place: NewPlace, copies: NewCopies): Judgement | undefined {
  if (copies.live !== undefined) return undefined;
  if (old.isExpunged || old.isInDeleted)
    return {
      verdict: 'removed-on-old',
      why: old.isExpunged ? 'expunged on OLD' : 'its mailbox was deleted on OLD',
    };
  const { damaged, deleted, expunged } = copies;
  if (damaged !== undefined)
    return {
      verdict: 'damaged-on-new',
      why: `NEW has it in ${damaged.mboxname} uid ${String(damaged.uid)}, but ${damaged.problem}`,
    };
  if (deleted !== undefined)
    return { verdict: 'only-in-deleted', why: `NEW has it only in ${deleted.mboxname} uid ${String(deleted.uid)}` };
  // What was expunged before this copy came was another copy: it says nothing of this one.
  if (expunged !== undefined && (old.savedate === 0 || expunged.lastUpdated >= old.savedate))
    return {
      verdict: 'expunged-on-new',
      why: `NEW expunged it in ${expunged.mboxname} uid ${String(expunged.uid)} at ${timeText(expunged.lastUpdated)}`,
    };
  if (place.kind === 'same' && place.index !== undefined && wasCleaned(old, place.index))
    return {
      verdict: 'cleaned-on-new',
      why: `NEW had reached modseq ${String(place.index.lowerBound)} of OLD, above its createdmodseq ${String(old.createdmodseq)}, and has cleaned out records up to modseq ${String(place.index.deletedmodseq)}`,
    };
  if (place.kind === 'same' && place.isDeleted)
    return { verdict: 'in-deleted-mailbox', why: `NEW deleted its mailbox, now ${place.mboxname}, which lacks it` };
  if (place.kind === 'tombstone') return { verdict: 'in-deleted-mailbox', why: whyTombstone(old, place.deletedAt) };
  return { verdict: 'never-seen', why: whyNever(place) };
}

/**
 * True when NEW must have had the record and has dropped it. A record with a createdmodseq at or below the common state
 * was carried over; expunging it on NEW gave it a modseq above all that NEW had from OLD, and deletedmodseq rises to that
 * when it is cleaned out. Source: compare_one_record, imap/sync_client.c; mailbox_index_repack, imap/mailbox.c 3.6.1.
 */
function wasCleaned(old: OldMessage, { lastUid, deletedmodseq, lowerBound }: NewIndexFacts): boolean {
  return (
    !old.isUidTaken &&
    old.createdmodseq > 0 &&
    old.createdmodseq <= lowerBound &&
    old.uid <= lastUid &&
    deletedmodseq > lowerBound
  );
}

function whyTombstone(old: OldMessage, deletedAt: number | undefined): string {
  if (deletedAt === undefined) return 'NEW deleted its mailbox, and kept nothing of it';
  const when = timeText(deletedAt);
  return old.savedate > deletedAt
    ? `it came on OLD at ${timeText(old.savedate)}, after NEW had deleted its mailbox at ${when}`
    : `NEW deleted its mailbox at ${when} and kept nothing of it: it may have been in there`;
}

function whyNever(place: NewPlace): string {
  const none = 'no mailbox of the user on NEW has its GUID';
  if (place.kind === 'none') return `${none}, and NEW has no such mailbox`;
  return place.kind === 'recreated' ? `${none}; NEW has another mailbox of that name` : none;
}

const timeText = (seconds: number): string => {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? `second ${String(seconds)}` : time.toISOString().replace('.000Z', 'Z');
};
