import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { whyAnnotationsUnread } from '../audit/annotations-unread.js';
import { openContext, type AuditPlan, type Level } from '../audit/context.js';
import { noteUser, userUnit, type UserNote, type UserUnit } from '../audit/note-user.js';
import { isDifference } from '../gate/differences.js';
import type { ReportFinding, Unaudited } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import type { AuditPool } from '../pool/audit-pool.js';
import { startPool } from '../pool/audit-pool.js';
import type { NamedFinding } from '../report/finding-place.js';
import type { AuditOptions } from './audit.js';
import { sideSpec } from '../sources/spool/open-side.js';

export interface VerifyUserOptions {
  readonly userid: string;
  readonly master: string;
  readonly replica: string;
  readonly masterRoot?: string;
  readonly replicaRoot?: string;
  /** Default: files. */
  readonly level?: Level;
  /** Seconds for everything. */
  readonly deadline: number;
  readonly threads?: number;
  readonly engine?: NonNullable<AuditOptions['engine']>;
  readonly replicaEngine?: NonNullable<AuditOptions['replicaEngine']>;
}

export interface UserVerdict {
  /** unfinished: not everything was looked at when the time was over, or a server never came to rest. */
  readonly state: 'same' | 'differs' | 'unfinished';
  readonly differences: readonly NamedFinding[];
  /** What was not looked at, and why. */
  readonly unfinished: readonly string[];
  readonly mailboxes: number;
  /** Of the master. */
  readonly records: number;
  /** Unit: ms. */
  readonly fullPass: number;
  readonly rounds: readonly { readonly mailboxes: number; readonly ms: number }[];
}

/** Mailboxes of a task: what a deadline cuts off is told by its tasks. */
const MAILBOXES_PER_TASK = 16;
/** Between two looks at files that did not change. Unit: ms. */
const POLL = 100;
const NO_LOOK = { number: 1, isRechecked: false, isLast: false, asItIs: true } as const;

interface Found {
  readonly differences: readonly NamedFinding[];
  readonly unaudited: readonly Unaudited[];
}

/**
 * Looks at all of one user on both sides, then again at what was changed since, until both are the same and at rest, or
 * the time is over. Only his rows of the lists are read: on the machine to which he moves, others need not be.
 * @throws AuditError when a side cannot be opened, or has no such user
 */
export async function verifyUser(options: VerifyUserOptions): Promise<UserVerdict> {
  const pool = startPool(planOf(options, 'index'), options.threads ?? availableParallelism());
  const verify = new UserVerification(options, pool);
  try {
    return await verify.run();
  } finally {
    // A thread that waits for a disk that gives no answer is not waited for.
    const closed = pool.close();
    if (verify.isOver) closed.catch(() => undefined);
    else await closed;
  }
}

const planOf = (options: VerifyUserOptions, level: Level, mailboxes: readonly string[] = []): AuditPlan => ({
  sides: [
    sideSpec('master', options.master, options.masterRoot),
    sideSpec('replica', options.replica, options.replicaRoot),
  ],
  level,
  findingCap: 100,
  maxLost: 0,
  users: [],
  mailboxes,
  partitions: [],
  engines: {
    ...(options.engine === undefined ? {} : { master: options.engine }),
    ...(options.replicaEngine === undefined ? {} : { replica: options.replicaEngine }),
  },
});

class UserVerification {
  private readonly started = performance.now();
  /** Of the whole user without his message files; undefined = to be looked at. */
  private whole: Found | undefined;
  private records = 0;
  /** Of message files, by task; names that are not in it are to be looked at. */
  private readonly files = new Map<string, Found>();
  private pending = new Set<string>();
  private readonly overtime = new AbortController();

  constructor(
    private readonly options: VerifyUserOptions,
    private readonly pool: AuditPool,
  ) {}

  get isOver(): boolean {
    return this.left <= 0 || this.overtime.signal.aborted;
  }

  private get left(): number {
    return this.options.deadline * 1000 - (performance.now() - this.started);
  }

  async run(): Promise<UserVerdict> {
    let before = this.note();
    const { master, replica } = before.hasInbox;
    if (!master && !replica)
      throw new AuditError(
        'usage',
        `user ${this.options.userid}: neither side has an INBOX of this name`,
        'Name him as his mailboxes are named: fred of user.fred, fred@example.com of example.com!user.fred.',
      );
    this.pending = new Set(before.mailboxes.keys());
    await this.look();
    const fullPass = performance.now() - this.started;
    const rounds: { mailboxes: number; ms: number }[] = [];
    let isAtRest = false;
    let isVerified = false;
    while (!this.isOver) {
      const roundStarted = performance.now();
      const now = this.note();
      isAtRest = this.take(before, now);
      before = now;
      const hasWork = this.whole === undefined || this.pending.size > 0;
      isVerified = !hasWork && isAtRest && this.isSame();
      if (isVerified) break;
      if (!hasWork) {
        await pause(Math.min(Math.max(POLL, 2 * (performance.now() - roundStarted)), Math.max(1, this.left)));
        continue;
      }
      const mailboxes = this.pending.size;
      await this.look();
      rounds.push({ mailboxes, ms: performance.now() - roundStarted });
    }
    return this.verdict(before, { isAtRest, isVerified }, { fullPass, rounds });
  }

  /** Notes what is to be looked at again. @returns true when the user himself was left alone since */
  private take(before: UserNote, now: UserNote): boolean {
    let isAtRest = true;
    for (const [mboxname, stamps] of now.mailboxes) {
      if (before.mailboxes.get(mboxname) === stamps && !before.fresh.has(mboxname)) continue;
      this.pending.add(mboxname);
      isAtRest = false;
    }
    for (const mboxname of this.files.keys()) if (!now.mailboxes.has(mboxname)) this.files.delete(mboxname);
    for (const mboxname of this.pending) if (!now.mailboxes.has(mboxname)) this.pending.delete(mboxname);
    if (before.rows !== now.rows || before.files !== now.files || before.filesAreFresh) isAtRest = false;
    // What the records say of quota and seen state hangs on all mailboxes.
    if (!isAtRest || before.shared !== now.shared) this.whole = undefined;
    return isAtRest;
  }

  private async look(): Promise<void> {
    const { userid, level = 'files' } = this.options;
    const units = [{ unit: this.withSides(({ sides }) => userUnit(sides, userid)) }];
    const names = [...this.pending];
    const tasks: Promise<void>[] = [];
    if (this.whole === undefined) tasks.push(this.lookAtWhole(units));
    if (level === 'index') this.pending.clear();
    else
      for (let i = 0; i < names.length; i += MAILBOXES_PER_TASK)
        tasks.push(this.lookAtFiles(units, names.slice(i, i + MAILBOXES_PER_TASK)));
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(
        () => {
          this.overtime.abort();
          resolve();
        },
        Math.max(1, this.left),
      );
    });
    await Promise.race([Promise.all(tasks), over]);
    clearTimeout(timer);
  }

  private async lookAtWhole(units: readonly { readonly unit: UserUnit }[]): Promise<void> {
    // The audit of a pair asks this once for everybody.
    const unread = this.withSides(({ sides }) =>
      [...sides.values()].flatMap(({ side }) => {
        const reason = whyAnnotationsUnread(side);
        return reason === undefined ? [] : [{ what: 'mailbox annotations', side: side.role, reason }];
      }),
    );
    const reply = await this.pool.run({ kind: 'units', units, look: NO_LOOK });
    // A server was at work: it is looked at again.
    if (this.overtime.signal.aborted || (reply.ok && reply.result.unsettled.length > 0)) return;
    if (!reply.ok) {
      this.whole = { differences: [], unaudited: [{ what: 'the user', reason: reply.reason }] };
      return;
    }
    const all = found(reply.result, false);
    this.whole = { ...all, unaudited: [...all.unaudited, ...unread] };
    this.records = reply.result.sides.master?.records ?? 0;
  }

  private async lookAtFiles(units: readonly { readonly unit: UserUnit }[], names: readonly string[]): Promise<void> {
    const { options } = this;
    const reply = await this.pool.run(
      { kind: 'units', units, look: NO_LOOK },
      planOf(options, options.level ?? 'files', names),
    );
    if (this.overtime.signal.aborted || (reply.ok && reply.result.unsettled.length > 0)) return;
    const all: Found = reply.ok
      ? found(reply.result, true)
      : { differences: [], unaudited: [{ what: 'message files', reason: reply.reason }] };
    const known = new Set([...this.pending, ...this.files.keys()]);
    // A name with * or ? is a pattern too: what it brings of another is told by the look at that. Whatever is of none may be
    // of each: a look at one alone must not take it away.
    const isOf = (name: string, mboxname: string | undefined): boolean =>
      mboxname === undefined || mboxname === name || !known.has(mboxname);
    for (const name of names) {
      this.pending.delete(name);
      this.files.set(name, {
        differences: all.differences.filter(({ place }) =>
          isOf(name, place !== undefined && 'mboxname' in place ? place.mboxname : undefined),
        ),
        unaudited: all.unaudited.filter(({ mboxname }) => isOf(name, mboxname)),
      });
    }
  }

  private isSame(): boolean {
    return this.all().every(({ differences, unaudited }) => differences.length + unaudited.length === 0);
  }

  private all(): Found[] {
    return [...(this.whole === undefined ? [] : [this.whole]), ...this.files.values()];
  }

  private verdict(
    last: UserNote,
    { isAtRest, isVerified }: { readonly isAtRest: boolean; readonly isVerified: boolean },
    times: Pick<UserVerdict, 'fullPass' | 'rounds'>,
  ): UserVerdict {
    const unfinished = [
      ...(this.whole === undefined ? ['the mailboxes and the files of the user beside them'] : []),
      ...[...this.pending].sort().map((mboxname) => `${mboxname}: its message files`),
      ...new Set(this.all().flatMap(({ unaudited }) => unaudited.map(unauditedText))),
    ];
    if (unfinished.length === 0 && !isAtRest) unfinished.push('a server is still writing to it');
    const differences = this.all().flatMap((one) => one.differences);
    const each = [...new Map(differences.map((one) => [JSON.stringify(one), one])).values()];
    if (unfinished.length + each.length === 0 && !isVerified) unfinished.push('whether he was written to meanwhile');
    const state = unfinished.length > 0 ? 'unfinished' : each.length > 0 ? 'differs' : 'same';
    return {
      state,
      differences: each.sort(byPlace),
      unfinished,
      mailboxes: last.mailboxes.size,
      records: this.records,
      ...times,
    };
  }

  private note(): UserNote {
    return this.withSides(({ sides }) => noteUser(sides, userUnit(sides, this.options.userid)));
  }

  /** Opened anew: a server may have written to the lists. */
  private withSides<T>(use: (context: ReturnType<typeof openContext>) => T): T {
    const context = openContext(planOf(this.options, 'index'));
    try {
      return use(context);
    } finally {
      context.close();
    }
  }
}

interface Result {
  readonly mailboxes: readonly { readonly mboxname: string; readonly findings: readonly ReportFinding[] }[];
  readonly users: readonly { readonly userid: string; readonly findings: readonly ReportFinding[] }[];
  readonly findings: readonly ReportFinding[];
  readonly unaudited: readonly Unaudited[];
}

/** @param mailboxesOnly what stands beside is told by the look at the whole user */
function found({ mailboxes, users, findings, unaudited }: Result, mailboxesOnly: boolean): Found {
  const differences: NamedFinding[] = mailboxes.flatMap(({ mboxname, findings: own }) =>
    own.map((finding) => ({ place: { mboxname }, finding })),
  );
  if (!mailboxesOnly) {
    differences.push(
      ...users.flatMap(({ userid, findings: own }) => own.map((finding) => ({ place: { userid }, finding }))),
    );
    differences.push(...findings.map((finding) => ({ finding })));
  }
  return {
    differences: differences.filter(({ finding }) => isDifference(finding)),
    unaudited,
  };
}

function unauditedText({ what, side, mboxname, reason }: Unaudited): string {
  const where = [side, mboxname, what].filter((word) => word !== undefined);
  return `${where.join(' ')}: ${reason}`;
}

function byPlace(a: NamedFinding, b: NamedFinding): number {
  const key = ({ place, finding }: NamedFinding): string =>
    `${place === undefined ? '' : 'mboxname' in place ? place.mboxname : `~${place.userid}`} ${String(finding.uid ?? 0).padStart(10, '0')} ${finding.code} ${finding.side ?? ''} ${JSON.stringify(finding.facts)}`;
  const [x, y] = [key(a), key(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
