import type { Command } from 'commander';
import { addAuditOptions, runAudit, type AuditCommandOptions } from '../audit-command.js';

interface CheckOptions extends AuditCommandOptions {
  readonly root?: string;
}

export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .description('audit one side: is it sound')
    .argument('<side>', 'imapd.conf of the side, or a directory that holds it')
    .option('--root <dir>', 'absolute paths in imapd.conf lie below this directory');
  addAuditOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  cyraudit check /etc/imapd.conf
  cyraudit check /mnt/snapshot/etc/imapd.conf --root /mnt/snapshot --level content

Exit status: 0 nothing above safe, 1 admin, 2 halt, 3 incomplete or an error.`,
    )
    .action(async (side: string, options: CheckOptions) => {
      const root = options.root === undefined ? {} : { root: options.root };
      await runAudit(options, [{ role: 'single', source: side, ...root }], async (audit) => {
        const { auditSide } = await import('../../run/audit.js');
        return auditSide({ ...audit, side, ...root });
      });
    });
}
