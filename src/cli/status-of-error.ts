import { CommanderError } from 'commander';
import { AuditError } from '../model/audit-error.js';
import { complain } from './complain.js';
import { STATUS_BUG, STATUS_UNKNOWN } from './exit-status.js';

/** The exit status of what was thrown, after saying what it was. */
export function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : STATUS_UNKNOWN;
  if (error instanceof AuditError) {
    complain(`${error.message.replace(/\.$/, '')}. ${error.advice}`);
    return STATUS_UNKNOWN;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`cyraudit: this is a bug in cyraudit, please report it:\n${stack}\n`);
  return STATUS_BUG;
}
