import { Command, CommanderError } from 'commander';
import { AuditError } from '../model/audit-error.js';
import { printable } from '../report/printable.js';
import { addCheck } from './commands/check.js';
import { addCompare } from './commands/compare.js';
import { addExplain } from './commands/explain.js';
import { addInspect } from './commands/inspect.js';
import { addPlan } from './commands/plan.js';
import { addRender } from './commands/render.js';
import { STATUS_BUG, STATUS_UNKNOWN } from './exit-status.js';
import { packageVersion } from '../run/package-version.js';

/** One line on stderr for a user's error, whatever the file names in it hold. */
function complain(text: string): void {
  process.stderr.write(`cyraudit: ${printable(text.replaceAll('\n', ' '))}\n`);
}

function makeProgram(): Command {
  const program = new Command('cyraudit')
    .description('Read-only audit of Cyrus IMAP master/replica pairs: may replication run, and what would it do?')
    .version(packageVersion)
    .exitOverride()
    .configureOutput({
      outputError: (text) => {
        const [problem, hint] = text.trim().split('\n');
        complain(`${(problem ?? '').replace(/^error: /, '').replace(/\.$/, '')}. ${hint ?? 'Run cyraudit --help.'}`);
      },
    })
    .addHelpText(
      'after',
      `
Examples:
  cyraudit compare /etc/imapd.conf /mnt/replica/etc/imapd.conf --replica-root /mnt/replica
  cyraudit check /etc/imapd.conf --level content
  cyraudit explain guid-mismatch
  cyraudit inspect /var/spool/cyrus/mail/domain/user/fred/cyrus.index

cyraudit never writes to a side and never takes a lock.`,
    );
  for (const add of [addCompare, addCheck, addInspect, addExplain, addRender, addPlan]) add(program);
  return program;
}

/** The exit status of what was thrown, after saying what it was. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : STATUS_UNKNOWN;
  if (error instanceof AuditError) {
    complain(`${error.message.replace(/\.$/, '')}. ${error.advice}`);
    return STATUS_UNKNOWN;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`cyraudit: this is a bug in cyraudit, please report it:\n${stack}\n`);
  return STATUS_BUG;
}

/** Done when the command is; the status is set by then. */
export const finished = makeProgram()
  .parseAsync()
  .then(
    () => undefined,
    (error: unknown) => {
      process.exitCode = statusOf(error);
    },
  );
