import { availableParallelism } from 'node:os';
import { auditSides, mostThreads, type AuditOptions, type AuditProgress, type AuditSetup } from '../audit/audit.js';
import type { Subset } from '../audit/context.js';
import type { Report } from '../generated/report.js';
import { packageVersion } from './package-version.js';
import { runHere } from './run-here.js';

export type { AuditOptions, AuditProgress, Subset };

/** A pair of so few mailboxes is audited before a thread has started. */
const FEW_NAMES = 64;
/** Up to here the calling thread takes its share of the work. */
const SHARED_NAMES = 5000;

const setup: AuditSetup = {
  version: packageVersion,
  startRunner: async (plan, wanted, names) => {
    const threads = wanted ?? availableParallelism();
    if (names <= FEW_NAMES && plan.level !== 'content') return runHere(plan);
    const { startPool } = await import('../pool/audit-pool.js');
    // A limited audit waits on purpose, and one whose threads are counted has them.
    if (plan.level === 'content' && wanted === undefined && plan.ioLimit === undefined) {
      const { growingRunner } = await import('../pool/growing-runner.js');
      return growingRunner((many) => startPool(plan, many), { threads, most: mostThreads(plan.level) });
    }
    if (names > SHARED_NAMES || plan.level !== 'index' || threads === 1) return startPool(plan, threads);
    const { shareTasks } = await import('../pool/shared-runner.js');
    return shareTasks(runHere(plan), startPool(plan, threads - 1), threads - 1);
  },
};

/**
 * Audits a master/replica pair on worker threads. `master` and `replica` are paths of an imapd.conf or of a directory
 * that holds one; the roots are where copies of their file systems lie.
 * @throws AuditError when a side cannot be audited at all; whatever else cannot be read is in the report
 */
export function auditPair(
  options: AuditOptions & {
    readonly master: string;
    readonly replica: string;
    readonly masterRoot?: string;
    readonly replicaRoot?: string;
  },
): Promise<Report> {
  const { master, replica, masterRoot, replicaRoot } = options;
  return auditSides(
    [
      { role: 'master', source: master, ...(masterRoot === undefined ? {} : { root: masterRoot }) },
      { role: 'replica', source: replica, ...(replicaRoot === undefined ? {} : { root: replicaRoot }) },
    ],
    options,
    setup,
  );
}

/** Audits one side for itself. @throws AuditError when it cannot be audited at all */
export function auditSide(options: AuditOptions & { readonly side: string; readonly root?: string }): Promise<Report> {
  const { side, root } = options;
  return auditSides([{ role: 'single', source: side, ...(root === undefined ? {} : { root }) }], options, setup);
}
