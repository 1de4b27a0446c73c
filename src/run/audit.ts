import { auditSides, type AuditOptions, type AuditProgress } from '../audit/audit.js';
import type { Report } from '../generated/report.js';
import { startPool } from '../pool/audit-pool.js';
import { packageVersion } from './package-version.js';

export type { AuditOptions, AuditProgress };

const setup = { version: packageVersion, startRunner: startPool };

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
