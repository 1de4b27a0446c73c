import { CLASSES, type FindingClass, type ReportedFinding, type VerdictClass } from '../model/effects.js';

/** Counts by finding code. */
export type CodeCounts = Record<string, number>;

/** Adds `more` to `total`. */
export function addCodeCounts(total: CodeCounts, more: CodeCounts): void {
  for (const [code, n] of Object.entries(more)) total[code] = (total[code] ?? 0) + n;
}

/** True when replication has only to catch up: a server at work gives that all the time, and nothing else. */
export const isLag = ({ class: of, effects }: ReportedFinding): boolean =>
  of === 'safe' && effects?.some((effect) => effect !== 'none') === true;

/**
 * Collects the findings of one mailbox or user: all are counted, `cap` of each code are kept. Add findings of one code
 * in ascending order of UID, so that the ones kept do not depend on anything else.
 */
export class FindingCollector {
  readonly counts: CodeCounts = {};
  private readonly kept: ReportedFinding[] = [];
  private worstClass: VerdictClass = 'clean';
  private onlyLag = true;

  constructor(private readonly cap: number) {}

  add(findings: readonly ReportedFinding[]): void {
    for (const finding of findings) {
      const n = (this.counts[finding.code] ?? 0) + 1;
      this.counts[finding.code] = n;
      if (CLASSES.indexOf(finding.class) > CLASSES.indexOf(this.worstClass)) this.worstClass = finding.class;
      this.onlyLag &&= isLag(finding);
      if (n <= this.cap) this.kept.push(finding);
    }
  }

  get class(): VerdictClass {
    return this.worstClass;
  }

  /** True when all of it is lag. */
  get isOnlyLag(): boolean {
    return this.onlyLag;
  }

  get findings(): readonly ReportedFinding[] {
    return this.kept;
  }

  /** True when replication has something to do here, or cannot do it. */
  get hasWork(): boolean {
    return this.kept.some((f) => f.effects?.some((effect) => effect !== 'none') ?? f.class !== 'safe');
  }
}

/** What is reported of one mailbox that is not clean. Plain data: it comes from a worker. */
export interface MailboxResult {
  readonly mboxname: string;
  readonly uniqueid: string | undefined;
  readonly userid: string | undefined;
  readonly class: FindingClass;
  readonly findings: readonly ReportedFinding[];
  readonly counts: CodeCounts;
}

/** The same for a user. */
export interface UserResult {
  readonly userid: string;
  readonly class: FindingClass;
  readonly findings: readonly ReportedFinding[];
  readonly counts: CodeCounts;
}
