import { Argument, type Command } from 'commander';
import type { GateQuestion } from '../../generated/gate.js';
import { addConfigOptions, pairOf, useConfig } from '../config/use-config.js';
import {
  addColorOptions,
  addLevelOption,
  addLoadOptions,
  addPairOptions,
  addRecheckOptions,
  addThreadsOption,
} from '../option-groups.js';
import { collect } from '../option-values.js';
import type { GateCommandOptions } from '../run-gate.js';

export function addGate(program: Command): void {
  const command = program
    .command('gate')
    .description(
      'before a role change, or before replication is resumed after a crash: go or stop, with the commands that remain',
    )
    .addArgument(
      new Argument(
        '<question>',
        'failover: may the replica take over from a master that was stopped; resume: may replication be switched on again',
      ).choices(['failover', 'resume']),
    )
    .argument('<master>', 'imapd.conf of the master, a directory that holds it, or a side of the configuration file')
    .argument('<replica>', 'the same of the replica');
  addPairOptions(command)
    .option(
      '--master-is-down',
      'failover: you have made sure that no process of Cyrus is left on the master, where that cannot be seen from here',
    )
    .option('--into <dir>', 'resume: write the lists of cyraudit plan into this existing directory');
  addLevelOption(command);
  addRecheckOptions(command);
  addLoadOptions(command).option(
    '--accept <file>',
    'findings that somebody lives with, as for compare; repeatable',
    collect,
  );
  addThreadsOption(command).option(
    '--report <text|json[=file]>',
    'the answer as text or JSON, on stdout or into a file; repeatable (default: text)',
    collect,
  );
  addColorOptions(command);
  addConfigOptions(command)
    .addHelpText(
      'after',
      `
failover stops unless no process of the master is alive, every log, log-run and leftover of every channel, those of the
replica itself included, is empty or proven harmless, the databases are clean, and all mailboxes and users are the same
on both sides, record by record.
resume goes by the audit alone: go, go except for those who are held, or stop.

The configuration file gives it the sides, --threads and --color. --level and --accept are taken from no file.

Examples:
  cyraudit gate failover /etc/imapd.conf /mnt/replica/etc/imapd.conf --replica-root /mnt/replica
  cyraudit gate resume /etc/imapd.conf /mnt/replica/etc/imapd.conf --replica-root /mnt/replica --into plan/

Exit status: 0 go, 1 go except for those who are held (resume), 2 stop, 3 an error.`,
    )
    .action(async (question: GateQuestion, first: string, second: string) => {
      const config = await useConfig(command);
      const options = command.opts<GateCommandOptions>();
      const pair = pairOf(config, first, second, options);
      const { runGate } = await import('../run-gate.js');
      await runGate(question, pair.master, pair.replica, { ...options, ...pair.engines });
    });
}
