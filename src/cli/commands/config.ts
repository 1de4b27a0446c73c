import { Argument, type Command } from 'commander';
import { complain } from '../complain.js';
import { STATUS_UNKNOWN } from '../exit-status.js';
import { textWidth, writeStdout } from '../terminal.js';

export function addConfig(program: Command): void {
  program
    .command('config')
    .description('check the configuration file, and show what is in force and where it comes from')
    .addArgument(new Argument('<action>', 'what to do').choices(['check']))
    .argument('[file]', 'another file than the one that would be read')
    .addHelpText(
      'after',
      `
A configuration file is named by --config or by the variable CYRAUDIT_CONFIG, else it is /etc/cyraudit.toml. None is
looked for in the working directory. What is typed comes before what the file says. What it may hold is in
schemas/config.schema.json.

Examples:
  cyraudit config check
  cyraudit config check ./cyraudit.toml

Exit status: 0 the file is in order, or there is none; 3 it is not.`,
    )
    .action(async (_action: string, file: string | undefined) => {
      const [{ findConfig }, { examineConfig, problemLine }, { configMisfits }, { showConfig }] = await Promise.all([
        import('../config/find-config.js'),
        import('../config/load-config.js'),
        import('../config/config-misfits.js'),
        import('../config/show-config.js'),
      ]);
      const found = findConfig(file);
      if (found === undefined) {
        await writeStdout(showConfig(undefined, program, textWidth()));
        return;
      }
      const { config, problems } = examineConfig(found, program);
      const all = config === undefined ? problems : configMisfits(config);
      for (const problem of all) complain(problemLine(found.path, problem));
      if (config === undefined || all.length > 0) process.exitCode = STATUS_UNKNOWN;
      else await writeStdout(showConfig({ ...found, config }, program, textWidth()));
    });
}
