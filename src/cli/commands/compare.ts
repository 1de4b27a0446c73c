import type { Command } from 'commander';
import { runAudit } from '../audit-command.js';
import { addAuditOptions, auditOptions } from '../audit-options.js';
import { pairOf, useConfig, type PairOptions } from '../config/use-config.js';
import { addPairOptions } from '../option-groups.js';

export function addCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('audit a pair: is each side sound, how do they differ, may replication run')
    .argument('<master>', 'imapd.conf of the master, a directory that holds it, or a side of the configuration file')
    .argument('<replica>', 'the same of the replica');
  addPairOptions(command);
  addAuditOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  cyraudit compare /etc/imapd.conf /mnt/replica/etc/imapd.conf --replica-root /mnt/replica
  cyraudit compare master/ replica/ --level content --report text --report json=report.json
  cyraudit compare master/ replica/ --user 'a*' --quiet
  cyraudit compare old/ new/ --engine 3.0.18 --replica-engine 3.8.7
  cyraudit compare main standby --config cyraudit.toml

Exit status: 0 nothing above safe, 1 admin, 2 halt, 3 incomplete or an error.`,
    )
    .action(async (first: string, second: string) => {
      const config = await useConfig(command);
      const options = auditOptions(command);
      const { master, replica, engines } = pairOf(config, first, second, command.opts<PairOptions>());
      await runAudit(options, config.file, [master, replica], async (audit) => {
        const { auditPair } = await import('../../run/audit.js');
        return auditPair({
          ...audit,
          master: master.source,
          replica: replica.source,
          ...(master.root === undefined ? {} : { masterRoot: master.root }),
          ...(replica.root === undefined ? {} : { replicaRoot: replica.root }),
          ...engines,
        });
      });
    });
}
