/** What of the removals that users made is recovered only when it is asked for: words of `salvage --include`. */
export const INCLUDABLE = ['expunged', 'deleted', 'flags'] as const;
export type Includable = (typeof INCLUDABLE)[number];

/**
 * What `cyraudit salvage` says of a message of OLD. `does`: `recover` = it is offered; `ask` = a person must decide;
 * `tell` = nothing is lost. Text, documentation and the schema of the manifest follow this table.
 */
interface Verdict {
  readonly code: string;
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly does: 'recover' | 'ask' | 'tell';
  /** Offered as well when this is asked for. */
  readonly include?: Includable;
}

/** In the order in which a report lists them. */
export const SALVAGE_VERDICTS = [
  {
    code: 'never-seen',
    title: 'NEW has never seen it',
    meaning:
      "No mailbox of the user on NEW has a message with this GUID: neither live, nor deleted, nor expunged. OLD's copy is intact.",
    remedy: 'Reinject it.',
    does: 'recover',
  },
  {
    code: 'in-deleted-mailbox',
    title: 'NEW has no copy, and has deleted its mailbox',
    meaning:
      'The mailbox that holds it on OLD was deleted on NEW, and NEW has no copy. Replication would put it into the deleted mailbox, to die with it, or destroy it at once.',
    remedy: 'Reinject it with --into MAILBOX, as its own mailbox is gone.',
    does: 'recover',
  },
  {
    code: 'damaged-here-intact-elsewhere',
    title: "NEW has not got it, OLD's file is damaged, and there is an intact copy",
    meaning:
      'The file in this mailbox of OLD is missing or has another SHA-1 than the GUID. The source that is named is another file, whose SHA-1 is the GUID.',
    remedy: 'Reinject it: the intact copy is taken.',
    does: 'recover',
  },
  {
    code: 'damaged-everywhere',
    title: 'NEW has not got it, and no intact copy was found',
    meaning:
      'The file on OLD is missing or has another SHA-1 than the GUID, and neither side has an intact one: not in any mailbox of the user, expunged and deleted ones included, nor among staged files.',
    remedy: 'Look for it in a backup. What is left of the file is at the path that is named.',
    does: 'ask',
  },
  {
    code: 'damaged-on-new',
    title: 'NEW has only its record: the file is gone or cut',
    meaning:
      'A mailbox of the user on NEW lists the message, and its file there is missing, empty or of another size. OLD has an intact copy.',
    remedy:
      'Copy the file that is named as source into its place on NEW, for the user cyrus: reinject takes the message for present, as the server does.',
    does: 'ask',
  },
  {
    code: 'only-in-deleted',
    title: 'NEW holds it only in a deleted mailbox',
    meaning:
      'NEW has the message in a mailbox that was deleted after the split and waits to be expired, and nowhere else. Its user deleted it with its mailbox.',
    remedy: 'When it is wanted back, salvage with --include deleted, or rename the deleted mailbox back on NEW.',
    does: 'ask',
    include: 'deleted',
  },
  {
    code: 'flags-changed',
    title: 'NEW has it, with older flags',
    meaning:
      'Both sides hold the message under the same UID. Its flags differ, and the modseq on OLD is higher: they were changed on OLD after the last replication.',
    remedy:
      'When they are wanted, salvage with --include flags: reinject adds the flags that NEW lacks, and removes none.',
    does: 'ask',
    include: 'flags',
  },
  {
    code: 'expunged-on-new',
    title: 'Its user expunged it on NEW',
    meaning: 'NEW has had the message: an expunged record with its GUID is left, younger than the copy on OLD.',
    remedy: 'Nothing. When it is wanted back, salvage with --include expunged; it comes without \\Deleted.',
    does: 'tell',
    include: 'expunged',
  },
  {
    code: 'cleaned-on-new',
    title: 'NEW has had it, and has it no more',
    meaning:
      'The message was in the common state of both sides, and NEW has cleaned out records since: it was expunged there and removed for good. A reconstruct after a file was lost leaves the same traces.',
    remedy:
      'Nothing, unless reconstruct was run on NEW. When it is wanted back, salvage with --include expunged; it comes without \\Deleted.',
    does: 'tell',
    include: 'expunged',
  },
  {
    code: 'removed-on-old',
    title: 'Its user removed it on OLD',
    meaning: 'It is expunged on OLD, or lies there in a deleted mailbox only. Listed with --include expunged alone.',
    remedy: 'Nothing. What is put back comes without \\Deleted.',
    does: 'tell',
    include: 'expunged',
  },
] as const satisfies readonly Verdict[];

export type SalvageVerdict = (typeof SALVAGE_VERDICTS)[number]['code'];

const BY_CODE: ReadonlyMap<string, Verdict> = new Map(SALVAGE_VERDICTS.map((verdict) => [verdict.code, verdict]));

export const salvageVerdict = (code: SalvageVerdict): Verdict => BY_CODE.get(code)!;

/** True when a message with this verdict is offered. */
export function isOffered(code: SalvageVerdict, include: ReadonlySet<Includable>): boolean {
  const { does, include: word } = salvageVerdict(code);
  return does === 'recover' || (word !== undefined && include.has(word));
}
