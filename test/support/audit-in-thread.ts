import { auditSides, type AuditOptions } from '../../src/audit/audit.js';
import { closeTasks, runTask } from '../../src/audit/run-task.js';
import type { Report } from '../../src/generated/report.js';

/** Audits a pair in this thread: what is tested is the source and not the last build, and no worker has to start. */
export const auditInThread = (
  { master, replica }: { readonly master: string; readonly replica: string },
  options: Omit<AuditOptions, 'threads'>,
): Promise<Report> =>
  auditSides(
    [
      { role: 'master', source: master },
      { role: 'replica', source: replica },
    ],
    { ...options, threads: 1 },
    {
      version: 'test',
      startRunner: (plan) => ({
        run: (task) => Promise.resolve({ ok: true as const, result: runTask({ plan, task }) }),
        close: () => {
          closeTasks();
          return Promise.resolve();
        },
      }),
    },
  );
