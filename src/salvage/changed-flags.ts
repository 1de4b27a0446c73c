import { flagNames } from '../model/record-pair.js';
import { decodeAt, type IndexedMailbox } from './old-mailbox.js';
import { baseOf, modseqOf, systemFlagsOf, type RecordPlace } from './pair-records.js';

export interface ChangedFlags {
  readonly toAdd: readonly string[];
  readonly onlyOnNew: readonly string[];
  readonly why: string;
}

/** System flags that users see. */
const IMAP_FLAGS = 0x1f;

/** How the flags of a message on OLD differ from those on NEW, when OLD's are the younger ones. */
export function changedFlags(
  old: RecordPlace,
  oldMailbox: IndexedMailbox,
  newer: RecordPlace,
  newMailbox: IndexedMailbox,
): ChangedFlags | undefined {
  const mine = modseqOf(old, oldMailbox.index.head.header?.highestmodseq ?? 0);
  const theirs = modseqOf(newer, newMailbox.index.head.header?.highestmodseq ?? 0);
  if (mine <= theirs || (isPlain(old) && isPlain(newer) && systemFlagsOf(old) === systemFlagsOf(newer)))
    return undefined;
  const onOld = decodeAt(old, oldMailbox);
  const onNew = decodeAt(newer, newMailbox);
  const [has, hasThere] = [flagNames(onOld), flagNames(onNew)];
  const toAdd = spelled(
    has.filter((flag) => !hasThere.includes(flag)),
    oldMailbox,
  );
  const onlyOnNew = spelled(
    hasThere.filter((flag) => !has.includes(flag)),
    newMailbox,
  );
  if (toAdd.length + onlyOnNew.length === 0) return undefined;
  const difference = [...toAdd.map((flag) => `+${flag}`), ...onlyOnNew.map((flag) => `-${flag}`)].join(' ');
  return { toAdd, onlyOnNew, why: `OLD, modseq ${String(mine)} against ${String(theirs)}, has ${difference}` };
}

/** True when only system flags are set, none of them but those that users see. */
function isPlain(place: RecordPlace): boolean {
  const at = baseOf(place) + place.offsets.userFlags;
  for (let word = 0; word < 4; word++) if (place.block.view.getUint32(at + word * 4) !== 0) return false;
  return (systemFlagsOf(place) & ~IMAP_FLAGS) === 0;
}

const spelled = (flags: readonly string[], { flagNames: names }: IndexedMailbox): string[] =>
  flags.map((flag) => names.find((name) => name?.toLowerCase() === flag) ?? flag);
