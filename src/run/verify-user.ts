import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { whyAnnotationsUnread } from '../audit/annotations-unread.js';
import { openContext, type AuditPlan, type Level } from '../audit/context.js';
import { noteUser, userUnit, type UserNote, type UserUnit } from '../audit/note-user.js';
import { isDifference } from '../gate/differences.js';
import type { ReportFinding, Unaudited } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import { CLASSES, type FindingClass } from '../model/effects.js';
import type { AuditPool } from '../pool/audit-pool.js';
import { startPool } from '../pool/audit-pool.js';
import { worstFirst, type NamedFinding } from '../report/finding-place.js';
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
  /** Worst class first; of one code in one place not more than the audit lists. */
  readonly differences: readonly NamedFinding[];
  /** All of them, worst class first. */
  readonly counts: readonly CountedCode[];
  /** What was not looked at in the time. */
  readonly unfinished: readonly string[];
  /** What could not be read, and why: more time is of no use. */
  readonly unread: readonly string[];
  readonly mailboxes: number;
  /** Of the master. */
  readonly records: number;
  /** Unit: ms. */
  readonly fullPass: number;
  readonly rounds: readonly { readonly mailboxes: number; readonly ms: number }[];
}

export interface CountedCode {
  readonly code: string;
  readonly class: FindingClass;
  readonly count: number;
}

/** Mailboxes of a task: what a deadline cuts off is told by its tasks. */
const MAILBOXES_PER_TASK = 16;
/** Between two looks at files that did not change. Unit: ms. */
const POLL = 100;
const NO_LOOK = { number: 1, isRechecked: false, isLast: false, asItIs: true } as const;

interface Found {
  readonly differences: readonly NamedFinding[];
  /** How many differences there are of a code of which not all are listed. */
  readonly overCap: readonly {
    readonly place: NonNullable<NamedFinding['place']>;
    readonly code: string;
    readonly count: number;
  }[];
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

const NOTHING: Found = { differences: [], overCap: [], unaudited: [] };

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
      // Neither comes of waiting.
      if (!hasWork && isAtRest && this.hasNoDifference() && !this.isAllRead()) break;
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
      this.whole = { ...NOTHING, unaudited: [{ what: 'the user', reason: reply.reason }] };
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
      : { ...NOTHING, unaudited: [{ what: 'message files', reason: reply.reason }] };
    const known = new Set([...this.pending, ...this.files.keys()]);
    // A name with * or ? is a pattern too: what it brings of another is told by the look at that. Whatever is of none may be
    // of each: a look at one alone must not take it away.
    const isOf = (name: string, mboxname: string | undefined): boolean =>
      mboxname === undefined || mboxname === name || !known.has(mboxname);
    for (const name of names) {
      this.pending.delete(name);
      this.files.set(name, {
        differences: all.differences.filter((one) => isOf(name, mboxnameOf(one))),
        overCap: all.overCap.filter((one) => isOf(name, mboxnameOf(one))),
        unaudited: all.unaudited.filter(({ mboxname }) => isOf(name, mboxname)),
      });
    }
  }

  private isSame(): boolean {
    return this.hasNoDifference() && this.isAllRead();
  }

  private hasNoDifference(): boolean {
    return this.all().every(({ differences }) => differences.length === 0);
  }

  private isAllRead(): boolean {
    return this.all().every(({ unaudited }) => unaudited.length === 0);
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
    ];
    const unread = [...new Set(this.all().flatMap(({ unaudited }) => unaudited.map(unauditedText)))];
    if (unfinished.length + unread.length === 0 && !isAtRest) unfinished.push('a server is still writing to it');
    const differences = this.all().flatMap((one) => one.differences);
    const each = [...new Map(differences.map((one) => [JSON.stringify(one), one])).values()];
    if (unfinished.length + unread.length + each.length === 0 && !isVerified)
      unfinished.push('whether he was written to meanwhile');
    const state = unfinished.length + unread.length > 0 ? 'unfinished' : each.length > 0 ? 'differs' : 'same';
    return {
      state,
      differences: worstFirst(each.sort(byPlace)),
      counts: countCodes(
        each,
        this.all().flatMap(({ overCap }) => overCap),
      ),
      unfinished,
      unread,
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

interface CountedFindings {
  readonly findings: readonly ReportFinding[];
  /** Of all, listed or not. */
  readonly counts: Readonly<Record<string, number>>;
}

interface Result {
  readonly mailboxes: readonly (CountedFindings & { readonly mboxname: string })[];
  readonly users: readonly (CountedFindings & { readonly userid: string })[];
  readonly findings: readonly ReportFinding[];
  readonly unaudited: readonly Unaudited[];
}

/** @param mailboxesOnly what stands beside is told by the look at the whole user */
function found({ mailboxes, users, findings, unaudited }: Result, mailboxesOnly: boolean): Found {
  const places = [
    ...mailboxes.map(({ mboxname, ...own }) => ({ place: { mboxname }, ...own })),
    ...(mailboxesOnly ? [] : users.map(({ userid, ...own }) => ({ place: { userid }, ...own }))),
  ];
  const differences: NamedFinding[] = places.flatMap(({ place, findings: own }) =>
    own.filter(isDifference).map((finding) => ({ place, finding })),
  );
  if (!mailboxesOnly) differences.push(...findings.filter(isDifference).map((finding) => ({ finding })));
  const overCap = places.flatMap(({ place, findings: own, counts }) =>
    Object.entries(counts).flatMap(([code, count]) => {
      const listed = own.filter((finding) => finding.code === code);
      // What is not listed of a code is taken for what is.
      const others = listed.filter((finding) => !isDifference(finding)).length;
      return count === listed.length || others === listed.length ? [] : [{ place, code, count: count - others }];
    }),
  );
  return { differences, overCap, unaudited };
}

const mboxnameOf = ({ place }: Pick<NamedFinding, 'place'>): string | undefined =>
  place !== undefined && 'mboxname' in place ? place.mboxname : undefined;

/** The same place may have been looked at twice: as a part of the user, and for its files. */
function countCodes(listed: readonly NamedFinding[], overCap: Found['overCap']): CountedCode[] {
  const key = (place: NamedFinding['place'], code: string): string => JSON.stringify([place, code]);
  const perPlace = new Map<string, CountedCode>();
  for (const { place, finding } of listed) {
    const { count = 0 } = perPlace.get(key(place, finding.code)) ?? {};
    perPlace.set(key(place, finding.code), { code: finding.code, class: finding.class, count: count + 1 });
  }
  for (const { place, code, count } of overCap) {
    const known = perPlace.get(key(place, code));
    if (known !== undefined && known.count < count) perPlace.set(key(place, code), { ...known, count });
  }
  const codes = new Map<string, CountedCode>();
  for (const one of perPlace.values())
    codes.set(one.code, { ...one, count: (codes.get(one.code)?.count ?? 0) + one.count });
  const rank = ({ class: of }: CountedCode): number => CLASSES.indexOf(of);
  return [...codes.values()].sort((a, b) => rank(b) - rank(a) || (a.code < b.code ? -1 : 1));
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
