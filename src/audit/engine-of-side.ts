import { isOlderEngine, type EngineVersion } from '../replication/engine.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { locateMailbox } from '../sources/spool/locate-mailbox.js';
import { isLive, type MailboxList } from '../sources/spool/mailbox-list.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import type { Side } from '../sources/spool/open-side.js';

/** The release that a side's server is taken for. */
export interface SideEngine {
  readonly version: EngineVersion;
  /** Named by the caller, or the oldest release that could have written what lies in the spool. */
  readonly from: 'given' | 'spool';
}

export function engineOfSide(given: EngineVersion | undefined, side: Side, list: MailboxList): SideEngine {
  return given === undefined
    ? { version: impliedEngine(side, list), from: 'spool' }
    : { version: given, from: 'given' };
}

/** Entries looked at: enough to meet one that the running release wrote. */
const SAMPLE = 100;
/** Indexes opened. */
const INDEX_SAMPLE = 24;

/** First release that makes mailboxes with an index of this version or later. Source: MAILBOX_MINOR_VERSION of the tags. */
const OF_INDEX: readonly (readonly [minor: number, version: EngineVersion])[] = [
  [13, '2.5'],
  [14, '3.2'],
  [17, '3.4'],
  // 3.10 makes it too. It replicates as 3.8 does, and like 3.12 only where the difference destroys less.
  [19, '3.12'],
];

/**
 * The oldest release that writes what is found in a sample of the spool: the form of the mailbox list, the keys of its
 * entries and the versions of the indexes. An upgraded server leaves old files as they are, so it may be newer.
 * Source: mboxlist_entry_cstring 2.5.17, 3.0.18, 3.2.12, 3.4.8; mboxlist_entry_dlist 3.6.7.
 */
function impliedEngine(side: Side, list: MailboxList): EngineVersion {
  // A list of the first form may hold entries of the second: it was not converted, only changed.
  let version: EngineVersion = list.generation === 3 ? '3.6' : list.generation === 2 ? '2.5' : '2.4';
  const atLeast = (other: EngineVersion): void => {
    if (isOlderEngine(version, other)) version = other;
  };
  // Rows met on the way are judged when their mailbox is: a typed list remembers what it told, so it is opened anew.
  const sample = list.generation === 3 ? openMailboxList(side)! : list;
  const faults = sample.faults.length;
  let entries = 0;
  let indexes = 0;
  for (const { mboxname } of sample.names()) {
    if (entries++ >= SAMPLE) break;
    const entry = sample.byName(mboxname());
    if (entry === undefined || !isLive(entry)) continue;
    if (list.generation !== 3) {
      if (entry.uidvalidity !== undefined) atLeast('2.5');
      if (entry.foldermodseq !== undefined) atLeast('3.0');
      if (entry.createdmodseq !== undefined) atLeast('3.2');
    }
    if (indexes++ >= INDEX_SAMPLE) continue;
    const path = locateMailbox(side.layout, entry)?.metaOf('index');
    const index = path === undefined ? undefined : IndexFile.open(path).index;
    const minor = index?.head.version?.minor;
    index?.close();
    if (minor === undefined) continue;
    for (const [from, of] of OF_INDEX) if (minor >= from) atLeast(of);
  }
  sample.faults.splice(faults);
  // A list of before 3.6 is converted at the first start of 3.6.
  return list.generation !== 3 && !isOlderEngine(version, '3.6') ? '3.4' : version;
}

/**
 * True when the two sides are known to run different releases: the caller named them, or only one of the lists was
 * converted to the form of 3.6. What spools imply otherwise proves nothing, as an upgrade leaves old files as they are.
 */
export function isKnownToDiffer(master: SideEngine, replica: SideEngine): boolean {
  if (master.version === replica.version) return false;
  if (master.from === 'given' && replica.from === 'given') return true;
  return isOlderEngine(master.version, '3.6') !== isOlderEngine(replica.version, '3.6');
}
