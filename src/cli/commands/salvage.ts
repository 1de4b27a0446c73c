import { InvalidArgumentError, Option, type Command } from 'commander';
import { INCLUDABLE, SALVAGE_VERDICTS, type Includable } from '../../findings/salvage/verdicts.js';
import { wrap } from '../../report/wrap.js';
import { addConfigOptions, useConfig } from '../config/use-config.js';
import { addColorOptions } from '../option-groups.js';
import { collect, parseSince } from '../option-values.js';
import type { SalvageCommandOptions } from '../run-salvage.js';

function parseInclude(value: string, before: readonly Includable[] = []): readonly Includable[] {
  const known = INCLUDABLE.find((word) => word === value);
  if (known === undefined) throw new InvalidArgumentError(`Allowed choices are ${INCLUDABLE.join(', ')}.`);
  return [...before, known];
}

function verdictHelp(): string {
  const column = 4 + Math.max(...SALVAGE_VERDICTS.map(({ code }) => code.length));
  const lines = SALVAGE_VERDICTS.flatMap(({ code, title }) =>
    wrap(title, 80, ' '.repeat(column)).map((line, n) =>
      n === 0 ? `  ${code}`.padEnd(column) + line.trimStart() : line,
    ),
  );
  return `\nVerdicts:\n${lines.join('\n')}`;
}

export function addSalvage(program: Command): void {
  const command = program
    .command('salvage')
    .description('find the messages of a side that is down which the side in service lacks')
    .argument(
      '<old>',
      'imapd.conf of the side that is down, a directory that holds it, or a side of the configuration file',
    )
    .argument('<new>', 'the same of the side in service')
    .option('--old-root <dir>', "absolute paths in OLD's imapd.conf lie below this directory")
    .option('--new-root <dir>', "absolute paths in NEW's imapd.conf lie below this directory")
    .option('--user <glob>', 'only these users; repeatable', collect)
    .option('--mailbox <glob>', 'only these mailboxes, by internal name on OLD; repeatable', collect)
    .option('--log <file>', 'only the users and mailboxes that this sync log names; repeatable', collect)
    .option(
      '--since <time>',
      'only messages received, saved or changed since then: 2026-11-20, 2026-11-20T04:00Z or 7d',
      parseSince,
    )
    .addOption(
      new Option('--include <what>', 'offer also what users have removed, or flags that only OLD has; repeatable')
        .choices(INCLUDABLE)
        .argParser(parseInclude),
    )
    .option('--report <format[=file]>', 'text or json, on stdout or into a file; repeatable (default: text)', collect)
    .option('--export <dir>', 'copy the message files and the manifest to this directory, for reinject')
    .option('--quiet', 'print nothing for exit status 0')
    .option('--progress', 'tell how far it has come (the default on a terminal)')
    .option('--no-progress', 'do not');
  addColorOptions(command);
  addConfigOptions(command)
    .addHelpText('after', verdictHelp())
    .addHelpText(
      'after',
      `
Both sides are read from disk; NEW may be in service. A message counts as there when any mailbox of its user on
NEW shows one with its GUID. What is offered was read, and its SHA-1 is its GUID.

Examples:
  cyraudit salvage /mnt/old/etc/imapd.conf /etc/imapd.conf --old-root /mnt/old --report text --report json=manifest.json
  cyraudit salvage old/ new/ --log old/conf/sync/log --since 2026-11-20T04:00Z
  cyraudit salvage old/ new/ --user ada --include deleted --export rescued/

Exit status: 0 nothing to recover, 1 something to recover or to decide, 3 incomplete or an error.`,
    )
    .action(async (first: string, second: string) => {
      const config = await useConfig(command);
      const options = command.opts<SalvageCommandOptions>();
      const old = config.side(first, { role: 'single', root: options.oldRoot }).spec;
      const newer = config.side(second, { role: 'single', root: options.newRoot }).spec;
      const { runSalvage } = await import('../run-salvage.js');
      process.exitCode = await runSalvage(old, newer, options);
    });
}
