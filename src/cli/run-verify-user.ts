import { catalogue } from '../findings/catalogue.js';
import { findingLine } from '../gate/checks.js';
import type { Level } from '../generated/report.js';
import type { EngineVersion } from '../replication/engine.js';
import type { NamedFinding } from '../report/finding-place.js';
import { counted, grouped } from '../report/numbers.js';
import { printable } from '../report/printable.js';
import { verifyUser, type CountedCode, type UserVerdict } from '../run/verify-user.js';
import type { SideSpec } from '../sources/spool/open-side.js';
import { writeStdout } from './terminal.js';

export interface VerifyUserCommandOptions {
  readonly deadline: number;
  readonly masterRoot?: string;
  readonly replicaRoot?: string;
  readonly level: Level;
  readonly engine?: EngineVersion;
  readonly replicaEngine?: EngineVersion;
  readonly threads?: number;
}

/** Differences, and things that were not looked at, that are listed. */
const MAX_LINES = 50;

/** Verifies one user, says what came of it and sets the exit status. */
export async function runVerifyUser(
  userid: string,
  master: SideSpec,
  replica: SideSpec,
  options: VerifyUserCommandOptions,
): Promise<void> {
  const { level, deadline, threads, engine, replicaEngine } = options;
  const verdict = await verifyUser({
    userid,
    master: master.source,
    replica: replica.source,
    ...(master.root === undefined ? {} : { masterRoot: master.root }),
    ...(replica.root === undefined ? {} : { replicaRoot: replica.root }),
    level,
    deadline,
    ...(threads === undefined ? {} : { threads }),
    ...(engine === undefined ? {} : { engine }),
    ...(replicaEngine === undefined ? {} : { replicaEngine }),
  });
  process.stderr.write(phases(verdict));
  await writeStdout(verdictText(userid, verdict, deadline));
  const status = statusOf(verdict);
  // A thread may still wait for a disk, which must not hold up who waits for us.
  if (verdict.state === 'unfinished') process.exit(status);
  process.exitCode = status;
}

function statusOf({ state, differences }: UserVerdict): 0 | 1 | 2 | 3 {
  if (state === 'same') return 0;
  if (differences.some(({ finding }) => finding.class === 'halt')) return 2;
  return state === 'differs' ? 1 : 3;
}

function phases({ fullPass, rounds }: UserVerdict): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  const mailboxes = rounds.reduce((sum, round) => sum + round.mailboxes, 0);
  const ms = rounds.reduce((sum, round) => sum + round.ms, 0);
  const again = `${counted(rounds.length, 'round')} over what was changed since, ${counted(mailboxes, 'mailbox', 'mailboxes')}, ${seconds(ms)}`;
  return `cyraudit: full pass ${seconds(fullPass)}; ${again}\n`;
}

/** The answer in one line, and what stands in its way. */
export function verdictText(userid: string, verdict: UserVerdict, deadline: number): string {
  const { state, differences, counts, unfinished, unread, mailboxes, records } = verdict;
  const user = `user ${printable(userid)}`;
  const size = `${counted(mailboxes, 'mailbox', 'mailboxes')} with ${counted(records, 'record')}`;
  if (state === 'same') return `OK ${user}: ${size} are the same on both sides.\n`;
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const lines = [
    state === 'differs'
      ? `DIFFERS ${user}: ${counted(total, 'difference')} after ${String(deadline)} s.`
      : unfinished.length > 0
        ? `NOT FINISHED ${user}: the time of ${String(deadline)} s was over.`
        : `NOT FINISHED ${user}: not everything could be read.`,
    ...listed(unfinished.map((line) => `not finished: ${printable(line)}`)),
    ...listed(unread.map((line) => `not read: ${printable(line)}`)),
    ...listedDifferences(differences, counts),
  ];
  return `${lines.join('\n')}\n`;
}

function listed(lines: readonly string[]): string[] {
  const more = lines.length - MAX_LINES;
  return [...lines.slice(0, MAX_LINES), ...(more > 0 ? [`and ${grouped(more)} more`] : [])].map((line) => `  ${line}`);
}

/** Whatever is not listed is counted by its code: none is hidden. */
function listedDifferences(differences: readonly NamedFinding[], counts: readonly CountedCode[]): string[] {
  const shown = differences.slice(0, MAX_LINES);
  const lines = shown.map((one) => findingLine(one, catalogue));
  for (const { code, class: of, count } of counts) {
    const more = count - shown.filter(({ finding }) => finding.code === code).length;
    if (more > 0) lines.push(`and ${grouped(more)} more of ${code} (${of})`);
  }
  return lines.map((line) => `  ${line}`);
}
