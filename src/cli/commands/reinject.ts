import type { Command } from 'commander';
import { DEFAULT_CONNECTIONS, MAX_CONNECTIONS } from '../../reinject/options.js';
import { parseCount } from '../option-values.js';
import type { ReinjectCommandOptions } from '../run-reinject.js';

const MAX_RATE = 100_000;

export function addReinject(program: Command): void {
  program
    .command('reinject')
    .description('put the messages of a salvage back into the server in service, over IMAP')
    .argument('<manifest>', 'what salvage --report json=FILE or --export DIR wrote')
    .requiredOption('--to <url>', 'imaps://HOST[:PORT], or imap://HOST[:PORT] with STARTTLS')
    .requiredOption('--admin <name>', 'an administrator of the server, who acts for each user')
    .option(
      '--password-file <file>',
      'holds his password, readable for its owner only (default: CYRAUDIT_IMAP_PASSWORD)',
    )
    .option('--into <mailbox>', 'for messages whose mailbox is gone; it is created as their user')
    .option('--journal <file>', 'what was done, for a run that is broken off (default: beside the manifest)')
    .option('--dry-run', 'tell what would be done, and do nothing')
    .option('--rate <n>', 'no more than so many messages a second', parseCount('messages', 1, MAX_RATE))
    .option(
      '--connections <n>',
      `how many users are served at the same time, 1 to ${String(MAX_CONNECTIONS)} (default: ${String(DEFAULT_CONNECTIONS)})`,
      parseCount('connections', 1, MAX_CONNECTIONS),
    )
    .option('--ca <file>', 'certificates to trust, as PEM')
    .option('--insecure', "do not check the server's certificate")
    .option('--no-tls', 'with imap://: without STARTTLS, so that the password can be read on the way')
    .addHelpText(
      'after',
      `
A message whose GUID is in any mailbox of its user is left alone, so that it may be run again as often as needed.
Everything is fetched back at the end and its SHA-1 compared.

Examples:
  cyraudit reinject manifest.json --to imaps://imap.example.org --admin cyrus --password-file pw --dry-run
  cyraudit reinject rescued/manifest.json --to imaps://imap.example.org --admin cyrus --password-file pw --into Rescued

Exit status: 0 everything is there but what somebody removed since an earlier run, 1 something is not or not as it
was, 3 an error.`,
    )
    .action(async (manifest: string, options: ReinjectCommandOptions) => {
      const { runReinject } = await import('../run-reinject.js');
      process.exitCode = await runReinject(manifest, options);
    });
}
