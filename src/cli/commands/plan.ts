import type { Command } from 'commander';
import { AuditError } from '../../model/audit-error.js';
import { addConfigOptions, useConfig } from '../config/use-config.js';
import { writeStdout } from '../terminal.js';
import type { PlanOptions } from '../write-plan.js';

export function addPlan(program: Command): void {
  const command = program
    .command('plan')
    .description('write who may be replicated now, and who is held and why, from a saved report of compare')
    .argument('<report.json>', 'what compare --report json=FILE wrote')
    .option('--into <dir>', 'an existing directory for users.txt, mailboxes.txt, held.txt and held.json');
  addConfigOptions(command)
    .addHelpText(
      'after',
      `
users.txt      for sync_client -u -f: users that are clean or safe as a whole
mailboxes.txt  for sync_client -m -f: shared mailboxes
held.txt       who is held, what for, and what to do
held.json      the same for the next run: since when, and what each run found

sync_client runs as the user cyrus, who must be able to read the directory.

Example:
  cyraudit compare master/ replica/ --report json=report.json; cyraudit plan report.json --into plan/

Exit status: 0 nobody is held, 1 somebody is, 2 nobody may be replicated, 3 an error.`,
    )
    .action(async (path: string) => {
      await useConfig(command);
      const { into } = command.opts<Partial<PlanOptions>>();
      if (into === undefined)
        throw new AuditError(
          'usage',
          'plan: no directory to write to',
          'Use --into DIR, or set into below [plan] in the configuration file.',
        );
      const { writePlan } = await import('../write-plan.js');
      const { status, text } = writePlan(path, { into });
      await writeStdout(text);
      process.exitCode = status;
    });
}
