import { Option, type Command } from 'commander';
import { addConfigOptions, pairOf, useConfig } from '../config/use-config.js';
import { addLevelOption, addPairOptions, addThreadsOption } from '../option-groups.js';
import { parseDuration } from '../option-values.js';
import type { VerifyUserCommandOptions } from '../run-verify-user.js';

export function addVerifyUser(program: Command): void {
  const command = program
    .command('verify-user')
    .description('at the end of the move of one user between stores: is all of him on the other side')
    .argument('<user>', 'userid, as fred of user.fred or fred@example.com of example.com!user.fred')
    .argument(
      '<master>',
      'imapd.conf of the store that he leaves, a directory that holds it, or a side of the configuration file',
    )
    .argument('<replica>', 'the same of the store that he moves to')
    .addOption(
      new Option('--deadline <time>', 'for everything: 15s, 2m; a number alone is seconds')
        .argParser(parseDuration)
        .default(15, '15s'),
    );
  addPairOptions(command);
  addLevelOption(command);
  addThreadsOption(command, 'one per core');
  addConfigOptions(command)
    .addHelpText(
      'after',
      `
A full pass over his mailboxes and files, then again over what was changed since, until both sides hold the same and
nobody has written to him since the last look, or until the deadline. Others are not looked at: they need not be on the
replica. Prints OK or the differences, and on standard error how long each phase took.

Example:
  sync_client -u fred && cyraudit verify-user fred /etc/imapd.conf /mnt/new/etc/imapd.conf --replica-root /mnt/new

Exit status: 0 the same, 1 he differs, 2 he differs and something is halt, 3 not finished by the deadline, or an error.`,
    )
    .action(async (user: string, first: string, second: string) => {
      const config = await useConfig(command);
      const options = command.opts<VerifyUserCommandOptions>();
      const pair = pairOf(config, first, second, options);
      const { runVerifyUser } = await import('../run-verify-user.js');
      await runVerifyUser(user, pair.master, pair.replica, { ...options, ...pair.engines });
    });
}
