/** Audits in a loop beside servers at work, and what may not come out of them. */
import type { Pair } from '../../../fixtures/make/instance.js';
import type { Report } from '../../../src/generated/report.js';
import { run } from '../../../fixtures/make/process.js';
import { cliFile } from '../../support/cli.js';
import { prepareUsers, startLoad } from './load.js';

export interface LiveRun {
  readonly audits: number;
  /** Findings above safe and damage, which servers at work do not give: `level place code facts`. */
  readonly wrong: readonly string[];
  /** Parts that were busy to the last, and anything else that was not audited. */
  readonly busy: number;
  readonly unaudited: readonly string[];
  /** Lag that was seen, by code. */
  readonly lag: Readonly<Record<string, number>>;
  readonly done: Readonly<Record<string, number>>;
  /** Lines of either server's log that speak of an error. */
  readonly errors: readonly string[];
}

export const LIVE_CONF = { sync_repeat_interval: '1', expunge_mode: 'delayed', delete_mode: 'delayed' };

const LEVELS = ['index', 'files', 'content'] as const;

/** Loads the pair for so long, with rolling replication, and audits all the time. */
export async function auditUnderLoad(pair: Pair, seconds: number, seed: number): Promise<LiveRun> {
  await prepareUsers(pair.master);
  const first = await pair.syncAll();
  if (first.exit !== 0) throw new Error(`${first.command} => ${first.exit}: ${first.stderr}`);
  const rolling = pair.sync(['-R'], seconds * 1000 + 5000);
  const load = startLoad(pair.master, seed);
  const wrong: string[] = [];
  const unaudited: string[] = [];
  const lag: Record<string, number> = {};
  let audits = 0;
  let busy = 0;
  let hasExpired = false;
  let done: Readonly<Record<string, number>> = {};
  const until = Date.now() + seconds * 1000;
  const take = (what: string, report: Report): void => {
    audits++;
    for (const { place, code, isWrong, facts } of flatten(report)) {
      if (isWrong) wrong.push(`${what} ${place} ${code} ${facts}`);
      else lag[code] = (lag[code] ?? 0) + 1;
    }
    for (const part of report.unaudited) {
      if (part.reason.startsWith('busy')) busy++;
      else unaudited.push(`${what} ${part.mboxname ?? part.what}: ${part.reason}`);
    }
  };
  try {
    while (Date.now() < until) {
      const level = LEVELS[audits % LEVELS.length]!;
      const master = pair.master.confFile;
      const replica = pair.replica.confFile;
      for (const words of [
        ['compare', master, replica],
        ['check', master],
        ['check', replica],
      ])
        take(`${words.join(' ')} ${level}`, await audit([...words, '--level', level]));
      if (!hasExpired && Date.now() > until - seconds * 500) {
        hasExpired = true;
        for (const side of [pair.master, pair.replica])
          await side.mustTool('cyr_expire', '-E', '0', '-X', '0', '-D', '1');
      }
    }
  } finally {
    done = await load.stop();
  }
  await rolling;
  const errors = (await Promise.all([pair.master.log(), pair.replica.log()])).flat();
  return {
    audits,
    wrong,
    busy,
    unaudited,
    lag,
    done,
    errors: errors.filter(({ severity }) => severity <= 3).map(({ program, text }) => `${program}: ${text}`),
  };
}

/** As a program of its own: this process serves the clients. */
async function audit(args: readonly string[]): Promise<Report> {
  const { stdout, stderr } = await run([process.execPath, cliFile, ...args, '--report', 'json'], {
    timeoutMs: 300_000,
  });
  if (stderr !== '') throw new Error(`cyraudit ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as Report;
}

interface Flat {
  readonly place: string;
  readonly code: string;
  readonly isWrong: boolean;
  readonly facts: string;
}

/** Lag is what replication has to carry; whatever it has nothing to do with is damage, which nobody has done. */
function flatten({ findings, mailboxes, users }: Report): Flat[] {
  const places = [
    { place: 'pair', findings },
    ...mailboxes.map((mailbox) => ({ place: mailbox.mboxname, findings: mailbox.findings })),
    ...users.map((user) => ({ place: `user ${user.userid}`, findings: user.findings })),
  ];
  return places.flatMap(({ place, findings: found }) =>
    found.map(({ code, class: of, side, uid, effects, facts }) => ({
      place: [side, place, uid].join(' '),
      code,
      isWrong: of !== 'safe' || effects?.every((effect) => effect === 'none') !== false,
      facts: JSON.stringify(facts),
    })),
  );
}
