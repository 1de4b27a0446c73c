import type { Command } from 'commander';
import type { EngineVersion } from '../../replication/engine.js';
import { addAuditOptions, runAudit, type AuditCommandOptions } from '../audit-command.js';
import { parseEngine } from '../option-values.js';

interface CompareOptions extends AuditCommandOptions {
  readonly masterRoot?: string;
  readonly replicaRoot?: string;
  readonly engine?: EngineVersion;
  readonly replicaEngine?: EngineVersion;
}

export function addCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('audit a pair: is each side sound, how do they differ, may replication run')
    .argument('<master>', 'imapd.conf of the master, or a directory that holds it')
    .argument('<replica>', 'imapd.conf of the replica, or a directory that holds it')
    .option('--master-root <dir>', "absolute paths in the master's imapd.conf lie below this directory")
    .option('--replica-root <dir>', "absolute paths in the replica's imapd.conf lie below this directory")
    .option(
      '--engine <release>',
      'release of Cyrus that replicates from the master (default: told by its spool)',
      parseEngine,
    )
    .option('--replica-engine <release>', 'release of Cyrus on the replica (default: told by its spool)', parseEngine);
  addAuditOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  cyraudit compare /etc/imapd.conf /mnt/replica/etc/imapd.conf --replica-root /mnt/replica
  cyraudit compare master/ replica/ --level content --report text --report json=report.json
  cyraudit compare master/ replica/ --user 'a*' --quiet
  cyraudit compare old/ new/ --engine 3.0.18 --replica-engine 3.8.7

Exit status: 0 nothing above safe, 1 admin, 2 halt, 3 incomplete or an error.`,
    )
    .action(async (master: string, replica: string, options: CompareOptions) => {
      const { masterRoot, replicaRoot, engine, replicaEngine } = options;
      await runAudit(
        options,
        [
          { role: 'master', source: master, ...(masterRoot === undefined ? {} : { root: masterRoot }) },
          { role: 'replica', source: replica, ...(replicaRoot === undefined ? {} : { root: replicaRoot }) },
        ],
        async (audit) => {
          const { auditPair } = await import('../../run/audit.js');
          return auditPair({
            ...audit,
            master,
            replica,
            ...(masterRoot === undefined ? {} : { masterRoot }),
            ...(replicaRoot === undefined ? {} : { replicaRoot }),
            ...(engine === undefined ? {} : { engine }),
            ...(replicaEngine === undefined ? {} : { replicaEngine }),
          });
        },
      );
    });
}
