import type { Command } from 'commander';
import { runAudit } from '../audit-command.js';
import { addAuditOptions, auditOptions, type AuditCommandOptions } from '../audit-options.js';
import { useConfig } from '../config/use-config.js';

interface CheckOptions extends AuditCommandOptions {
  readonly root?: string;
}

export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .description('audit one side: is it sound')
    .argument('<side>', 'imapd.conf of the side, a directory that holds it, or a side of the configuration file')
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
    .action(async (argument: string) => {
      const config = await useConfig(command);
      const options = auditOptions(command);
      const { root: typedRoot } = command.opts<CheckOptions>();
      const { spec } = config.side(argument, { role: 'single', root: typedRoot });
      await runAudit(options, config.file, [spec], async (audit) => {
        const { auditSide } = await import('../../run/audit.js');
        const { source: side, root } = spec;
        return auditSide({ ...audit, side, ...(root === undefined ? {} : { root }) });
      });
    });
}
