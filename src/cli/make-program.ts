import { Command } from 'commander';
import { packageVersion } from '../run/package-version.js';
import { addCheck } from './commands/check.js';
import { addCompare } from './commands/compare.js';
import { addConfig } from './commands/config.js';
import { addExplain } from './commands/explain.js';
import { addGate } from './commands/gate.js';
import { addInspect } from './commands/inspect.js';
import { addPlan } from './commands/plan.js';
import { addReinject } from './commands/reinject.js';
import { addRender } from './commands/render.js';
import { addSalvage } from './commands/salvage.js';
import { addVerifyUser } from './commands/verify-user.js';
import { complain } from './complain.js';
import { statusOf } from './status-of-error.js';
import { writeStdout } from './terminal.js';

/** Every command and option. The manual page and the completions of shells are made from it too. */
export function makeProgram(): Command {
  const program = new Command('cyraudit')
    .description('Read-only audit of Cyrus IMAP master/replica pairs: may replication run, and what would it do?')
    .version(packageVersion)
    .exitOverride()
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
  for (const add of [
    addCompare,
    addCheck,
    addInspect,
    addExplain,
    addRender,
    addPlan,
    addGate,
    addVerifyUser,
    addSalvage,
    addReinject,
    addConfig,
  ])
    add(program);
  complainOf(program, program.name());
  return program;
}

/** Help comes in pieces: the first that is refused is told. */
let written = Promise.resolve(true);

async function writeOut(text: string): Promise<boolean> {
  try {
    await writeStdout(text);
    return true;
  } catch (error) {
    process.exitCode = statusOf(error);
    return false;
  }
}

/** What is wrong with the options of a command, with where to look: in the help of that command. */
function complainOf(command: Command, name: string): void {
  command.configureOutput({
    writeOut: (text) => {
      written = written.then((isTaken) => isTaken && writeOut(text));
    },
    outputError: (text) => {
      const [problem = '', hint = `Run ${name} --help.`] = text.trim().split('\n');
      complain(`${problem.replace(/^error: /, '').replace(/\.$/, '')}. ${hint}`);
    },
  });
  for (const inner of command.commands) complainOf(inner, `${name} ${inner.name()}`);
}
