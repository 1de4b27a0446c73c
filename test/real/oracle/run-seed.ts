/** One seed: a random drift, the audit of the stopped copy, real replication, and the comparison of the two. */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatCase } from '../../../fixtures/make/case-file.js';
import { losePendingLogs } from '../../../fixtures/make/damage.js';
import type { Conf } from '../../../fixtures/make/imapd-conf.js';
import { startPair } from '../../../fixtures/make/instance.js';
import type { Instance, Pair, SyncRun } from '../../../fixtures/make/instance.js';
import type { Report } from '../../../src/generated/report.js';
import type { BaseState } from './base-state.js';
import { exactness } from './exactness.js';
import type { Exactness } from './exactness.js';
import { commonState, harms, verdictOn, verdictOnUser } from './judge.js';
import type { FindingClass, Harm } from './judge.js';
import { showList } from '../../../fixtures/make/state.js';
import { observe } from './observation.js';
import type { Observation, SideState } from './observation.js';
import { damage, operate } from './operations.js';
import { auditInThread } from '../../support/audit-in-thread.js';
import { seeded } from '../../support/random.js';

export interface FalseSafe extends Harm {
  readonly called: FindingClass;
}

export interface FalseAlarm {
  readonly mboxname: string;
  readonly codes: readonly string[];
}

export interface SeedResult {
  readonly seed: number;
  readonly profile: string;
  readonly trace: readonly string[];
  readonly verdict: FindingClass;
  readonly complete: boolean;
  readonly mailboxes: number;
  readonly byClass: Readonly<Record<FindingClass, number>>;
  readonly exits: readonly string[];
  readonly harms: readonly Harm[];
  readonly falseSafe: readonly FalseSafe[];
  readonly falseAlarms: readonly FalseAlarm[];
  /** What the damage took from the master's mailbox list, when the verdict is not `halt`. */
  readonly missedHalts: readonly string[];
  readonly exactness: Exactness;
  readonly seconds: number;
}

export interface Bases {
  readonly plain: BaseState;
  readonly conversations: BaseState;
}

/** `work`: a directory of this run's own. `keep`: where the states of a seed that failed go. */
export async function runSeed(seed: number, bases: Bases, work: string, keep?: string): Promise<SeedResult> {
  const started = performance.now();
  const random = seeded(seed);
  const profile = random.weighted([
    [35, 'master'],
    [45, 'both'],
    [20, 'replica'],
  ] as const);
  const isDamaged = random.chance(0.2);
  const base = random.chance(0.2) ? bases.conversations : bases.plain;
  const conf: Conf = {
    ...(random.chance(0.15) ? { expunge_mode: 'immediate' } : {}),
    ...(random.chance(0.15) ? { delete_mode: 'immediate' } : {}),
  };
  const copy = join(work, `seed-${seed}`);
  const trace: string[] = [JSON.stringify(conf)];
  const pair = await startPair({ from: base.dir, conf });
  try {
    let common = commonState(base.common);
    let messages = seed * 1000;
    const drift = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const role = profile === 'both' ? random.pick(['master', 'replica'] as const) : profile;
        trace.push(await operate({ side: pair[role], random, newMessage: () => ++messages }));
      }
    };
    await drift(3 + random.int(14));
    if (random.chance(0.3)) {
      const rolled = await pair.syncRolling();
      trace.push(`${rolled.command} => ${rolled.exit}`);
      common = commonState(await observe(pair), common);
      await drift(2 + random.int(9));
    }
    await pair.stop();
    if (random.chance(0.1)) {
      await losePendingLogs(pair.master);
      trace.push('master: pending logs lost');
    }
    let unlisted: readonly string[] = [];
    if (isDamaged) {
      const listed = await rowsOfList(pair.master);
      const side = pair[random.pick(['master', 'replica'] as const)];
      for (let n = 0; n < 1 + random.int(2); n++) trace.push(await damage({ side, random, newMessage: () => 0 }));
      unlisted = lostRows(listed, await rowsOfList(pair.master));
    }
    await pair.copyStopped(copy);
    const before = await observe(pair);
    const report = await auditInThread(
      { master: join(copy, 'master'), replica: join(copy, 'replica') },
      { level: 'content' },
    );
    await pair.start();
    const order = seeded(-seed).pick(ORDERS);
    const { exits, first, after, failed } = await replicate(pair, order);
    const found = harms(common, before, after);
    const result: SeedResult = {
      seed,
      profile: `${profile}${isDamaged ? ', damaged' : ''}${base === bases.conversations ? ', conversations' : ''}, ${order}`,
      trace,
      ...judge(report, before, found, failed),
      harms: found,
      missedHalts: report.verdict === 'halt' ? [] : unlisted,
      exits,
      exactness: exactness(copy, first, order === 'log first' ? 'sync_client -R -1; sync_client -A' : 'sync_client -A'),
      seconds: (performance.now() - started) / 1000,
    };
    if (keep !== undefined && isKept(result))
      await save(join(keep, `seed-${seed}`), copy, result, report, before, after);
    return result;
  } finally {
    await pair.dispose();
    await rm(copy, { recursive: true, force: true });
  }
}

const isKept = ({ falseSafe, falseAlarms, missedHalts, exactness: { misses } }: SeedResult): boolean =>
  falseSafe.length + falseAlarms.length + missedHalts.length + misses.length > 0;

async function rowsOfList(side: Instance): Promise<readonly string[]> {
  const shown = await showList(side);
  return shown.exit === 0 ? shown.stdout.split('\n') : [];
}

/** Cyrus reads on over some damage, so what it no longer shows counts, and not whether it complains. */
const lostRows = (before: readonly string[], after: readonly string[]): string[] => {
  const left = new Set(after);
  return before.filter((row) => !left.has(row)).map((row) => `no longer in the list: ${row.split('\t')[0]!}`);
};

/** How an administrator may go about it: as the rolling client does, or user by user, the log left for later. */
const ORDERS = ['log first', 'log first', 'users first'] as const;

interface Replicated {
  readonly exits: string[];
  /** Of the runs that a safe pair passes: users that were renamed or deleted need the log before they are run. */
  readonly failed: string[];
  readonly first: Observation;
  readonly after: Observation;
}

/** In this order, and everything once more. When a run fails, each user and shared mailbox for itself too, so that
 *  nobody pays for another's damage. */
async function replicate(pair: Pair, order: (typeof ORDERS)[number]): Promise<Replicated> {
  const exits: string[] = [];
  const failed: string[] = [];
  const note = (run: SyncRun, counts = true): boolean => {
    exits.push(`${run.command} => ${run.exit}`);
    if (counts && run.exit !== 0) failed.push(exits.at(-1)!);
    return run.exit === 0;
  };
  let fine = true;
  if (order === 'log first') {
    fine = note(await pair.syncRolling());
    fine = note(await pair.syncAll()) && fine;
  } else {
    const { master } = await observe(pair);
    for (const user of usersOf(master)) note(await pair.syncUser(user), false);
    note(await pair.syncAll(), false);
  }
  const first = await observe(pair);
  fine = note(await pair.syncRolling()) && fine;
  fine = note(await pair.syncAll()) && fine;
  if (!fine) {
    for (const user of usersOf(first.master)) note(await pair.syncUser(user));
    for (const name of Object.keys(first.master.reduced.mailboxes).filter((one) => one.startsWith('shared.')))
      note(await pair.sync(['-m', name]));
  }
  await pair.stop();
  return { exits, failed, first, after: await observe(pair) };
}

const usersOf = ({ reduced }: SideState): string[] =>
  Object.keys(reduced.mailboxes).flatMap((name) => /^user\.([^.]+)$/.exec(name)?.[1] ?? []);

function judge(
  report: Report,
  before: Observation,
  found: readonly Harm[],
  failed: readonly string[],
): Pick<SeedResult, 'verdict' | 'complete' | 'mailboxes' | 'byClass' | 'falseSafe' | 'falseAlarms'> {
  const byClass = { clean: 0, safe: 0, admin: 0, halt: 0 };
  const falseAlarms: FalseAlarm[] = [];
  const names = new Map<string, string[]>();
  for (const side of [before.master, before.replica]) {
    for (const [name, { uniqueid }] of Object.entries(side.reduced.mailboxes)) {
      names.set(uniqueid, [...new Set([...(names.get(uniqueid) ?? []), name])]);
    }
  }
  for (const [uniqueid, known] of names) {
    const verdict = verdictOn(report, uniqueid, known);
    byClass[verdict.class]++;
    const harmed = found.some((harm) => harm.uniqueid === uniqueid || harm.names.some((name) => known.includes(name)));
    if (verdict.class === 'admin' && !harmed) falseAlarms.push({ mboxname: known[0]!, codes: verdict.codes });
  }
  const falseSafe: FalseSafe[] = found.flatMap((harm) => {
    const verdict =
      harm.userid === undefined ? verdictOn(report, harm.uniqueid, harm.names) : verdictOnUser(report, harm.userid);
    return verdict.class === 'clean' || verdict.class === 'safe' ? [{ ...harm, called: verdict.class }] : [];
  });
  if ((report.verdict === 'clean' || report.verdict === 'safe') && failed.length > 0) {
    falseSafe.push({ kind: 'not-converged', detail: failed.join('; '), names: [], called: report.verdict });
  }
  return {
    verdict: report.verdict,
    complete: report.complete,
    mailboxes: names.size,
    byClass,
    falseSafe,
    falseAlarms,
  };
}

async function save(
  dir: string,
  copy: string,
  result: SeedResult,
  report: Report,
  before: Observation,
  after: Observation,
): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await cp(copy, join(dir, 'before'), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const reduced = ({ master, replica }: Observation): unknown => ({ master: master.reduced, replica: replica.reduced });
  await writeFile(join(dir, 'result.json'), formatCase(result));
  await writeFile(join(dir, 'report.json'), JSON.stringify(report, undefined, 1));
  await writeFile(join(dir, 'state-before.json'), formatCase(reduced(before)));
  await writeFile(join(dir, 'state-after.json'), formatCase(reduced(after)));
}
