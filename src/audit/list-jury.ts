import { LIST_FINDINGS } from '../findings/catalogue.js';
import { WITNESSES, type Vote, type Witness, type WitnessName } from '../findings/list/list-subject.js';
import type { ReportedFinding, SideRole } from '../model/effects.js';
import type { MailboxList } from '../sources/spool/mailbox-list.js';
import type { PendingLog } from '../sources/spool/pending-log.js';
import type { MailboxResult } from './collect-findings.js';
import type { CheckedSide } from './open-lists.js';
import type { PairCounts, SideCounts } from './unit-result.js';

const MAX_EXAMPLES = 3;

/** What the findings of a side say of its list: the witness, and the fact that names the thing. */
const EVIDENCE: ReadonlyMap<string, readonly [witness: WitnessName, name: string]> = new Map([
  ['mboxlist-damaged', ['database-structure', 'what']],
  ['mboxlist-missing', ['database-structure', 'found']],
  ['mboxlist-empty', ['database-structure', 'path']],
  ['mbentry-unreadable', ['database-structure', 'file']],
  ['uniqueid-in-two-names', ['rows-against-rows', 'uniqueid']],
  ['uniqueid-in-two-names-on-replica', ['rows-against-rows', 'uniqueid']],
  ['uniqueid-row-lost', ['rows-against-rows', '']],
  ['inbox-missing', ['rows-against-rows', 'userid']],
  ['inbox-missing-on-replica', ['rows-against-rows', 'userid']],
  ['header-disagrees-with-list', ['rows-against-headers', '']],
  ['entry-lost', ['directories-against-rows', 'mboxname']],
  ['entry-lost-tolerated', ['directories-against-rows', 'mboxname']],
  ['entry-lost-on-replica', ['directories-against-rows', 'mboxname']],
  ['orphan-directory', ['directories-against-rows', 'mboxname']],
  ['tombstone-over-live-directory', ['directories-against-rows', 'mboxname']],
  ['unuser-would-destroy-user', ['pending-logs', 'userid']],
]);

/** Findings that say why a whole partition has no directories: the disk, and not the list. */
const NOT_MOUNTED: ReadonlySet<string> = new Set(['partition-empty', 'metapartition-empty']);

/** From here on what the master does not know is not what a few users have left behind. */
const MIN_UNKNOWN = 10;
const MIN_UNKNOWN_UNITS = 5;

/** What there was to look at. */
interface JurySide {
  readonly role: SideRole;
  /** The list was read from end to end, and so was that of the other side, if there is one. */
  readonly isAudited: boolean;
  /** The spool was searched for directories. */
  readonly isWalked: boolean;
  /** Lines in the pending logs of the master. */
  readonly logLines: number;
  /** UNUSER lines in these logs. */
  readonly unusers: readonly string[];
  /** Names in the list of the other side, when that of this side is lost. */
  readonly namesOnOther?: number;
}

export interface JuryEvidence {
  readonly findings: readonly ReportedFinding[];
  readonly mailboxes: readonly MailboxResult[];
  readonly sides: Partial<Record<SideRole, SideCounts>>;
  readonly pair: PairCounts;
}

/** Holds each list against what can contradict it; everything else must have been judged before. */
export function summonJury(
  checked: readonly CheckedSide[],
  logs: readonly PendingLog[],
  isWalked: boolean,
  evidence: JuryEvidence,
): ReportedFinding[] {
  const isAudited = checked.every(({ list }) => list !== undefined);
  return checked.flatMap(({ side: { role }, isLost = false }) => {
    const ofMaster = role === 'master' ? logs : [];
    const other = checked.find(({ side }) => side.role !== role);
    return judgeList(
      {
        role,
        isAudited,
        isWalked,
        logLines: ofMaster.reduce((sum, { lines }) => sum + lines, 0),
        unusers: isLost ? [...new Set(ofMaster.flatMap(({ unuser }) => [...unuser]))] : [],
        ...(isLost && other?.list !== undefined ? { namesOnOther: countNames(other.list) } : {}),
      },
      evidence,
    );
  });
}

/** Asks the witnesses about the list of a side, and reports the jury when one of them speaks against it. */
function judgeList(side: JurySide, evidence: JuryEvidence): ReportedFinding[] {
  const witnesses = collectVotes(side, evidence);
  return LIST_FINDINGS.flatMap((finding) => finding.find({ kind: 'jury', side: side.role, witnesses }));
}

/** The votes on the list of one side, every witness once. */
function collectVotes(side: JurySide, evidence: JuryEvidence): Witness[] {
  const gathered = gather(side.role, evidence);
  return WITNESSES.map((name) => {
    const { things, isBroken } = gathered.get(name) ?? { things: new Set<string>(), isBroken: false };
    if (name === 'rows-against-directories') return missingDirectories(side, evidence);
    if (name === 'other-side') return otherSide(side, evidence);
    if (name === 'pending-logs' && !side.isAudited) return pendingUnusers(side);
    const vote: Vote =
      things.size > 0 ? (isBroken ? 'broken' : 'doubtful') : isHeard(name, side) ? 'trusted' : 'silent';
    return { name, vote, count: things.size, examples: firstOf(things) };
  });
}

function isHeard(name: WitnessName, { isAudited, isWalked, logLines }: JurySide): boolean {
  if (name === 'database-structure') return true;
  if (!isAudited) return false;
  if (name === 'directories-against-rows') return isWalked;
  return name !== 'pending-logs' || logLines > 0;
}

interface Gathered {
  /** What is named, each once. */
  readonly things: Set<string>;
  isBroken: boolean;
}

function gather(role: SideRole, { findings, mailboxes }: JuryEvidence): ReadonlyMap<WitnessName, Gathered> {
  const gathered = new Map<WitnessName, Gathered>();
  const take = ({ code, side, facts, class: findingClass }: ReportedFinding, mboxname = ''): void => {
    const evidence = side === role ? EVIDENCE.get(code) : undefined;
    if (evidence === undefined) return;
    const [witness, fact] = evidence;
    let ofWitness = gathered.get(witness);
    if (ofWitness === undefined) gathered.set(witness, (ofWitness = { things: new Set(), isBroken: false }));
    const named = fact === '' ? '' : String(facts[fact] ?? '');
    ofWitness.things.add(named === '' ? mboxname || String(facts['path'] ?? code) : named);
    ofWitness.isBroken ||= findingClass === 'halt';
  };
  for (const finding of findings) take(finding);
  for (const { mboxname, findings: ofMailbox } of mailboxes) for (const finding of ofMailbox) take(finding, mboxname);
  return gathered;
}

/** Directories that are not there; those of a partition that is not mounted say nothing about the list. */
function missingDirectories({ role, isAudited }: JurySide, { findings, mailboxes, sides }: JuryEvidence): Witness {
  const name = 'rows-against-directories';
  if (!isAudited) return { name, vote: 'silent', count: 0, examples: [] };
  const gone = new Set(
    findings.filter(({ code, side }) => side === role && NOT_MOUNTED.has(code)).map(({ facts }) => facts['partition']),
  );
  let count = 0;
  for (const [partition, { missing }] of Object.entries(sides[role]?.partitions ?? {}))
    if (!gone.has(partition)) count += missing;
  const named =
    count === 0 || gone.size > 0
      ? []
      : mailboxes
          .filter(({ findings: ofMailbox }) =>
            ofMailbox.some(({ code, side }) => code === 'mailbox-directory-missing' && side === role),
          )
          .map(({ mboxname }) => mboxname);
  return { name, vote: count > 0 ? 'doubtful' : 'trusted', count, examples: firstOf(named) };
}

/** The other side's list. A replica may lag, so that only what the master does not know speaks, and against the master. */
function otherSide({ role, isAudited, namesOnOther = 0 }: JurySide, { pair }: JuryEvidence): Witness {
  const name = 'other-side';
  const witness = (vote: Vote, count = 0): Witness => ({ name, vote, count, examples: [] });
  if (!isAudited) return namesOnOther > 0 ? witness('broken', namesOnOther) : witness('silent');
  if (role !== 'master') return witness('silent');
  const { unknownToMaster: count, unitsUnknownToMaster, replicaMailboxes } = pair;
  if (count === 0) return witness('trusted');
  const isMass = count >= MIN_UNKNOWN && unitsUnknownToMaster >= MIN_UNKNOWN_UNITS && count * 2 > replicaMailboxes;
  return witness(isMass ? 'broken' : 'doubtful', count);
}

/** Of a list that cannot be read every user is missing: each of these lines would delete one on the replica. */
function pendingUnusers({ unusers }: JurySide): Witness {
  const vote = unusers.length > 0 ? 'broken' : 'silent';
  return { name: 'pending-logs', vote, count: unusers.length, examples: firstOf(unusers) };
}

/** By code units, the same for any number of threads. */
function firstOf(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).slice(0, MAX_EXAMPLES);
}

function countNames(list: MailboxList): number {
  let n = 0;
  for (const name of list.names()) if (name.key.length > 0) n++;
  return n;
}
