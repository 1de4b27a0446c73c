import type { Command } from 'commander';
import { formatHelp, formatNames } from '../format-help.js';
import { addConfigOptions, useConfig } from '../config/use-config.js';
import { addColorOptions } from '../option-groups.js';
import { stdoutLook, writeStdout, type TerminalOptions } from '../terminal.js';

interface CommandOptions extends TerminalOptions {
  readonly to: string;
}

export function addRender(program: Command): void {
  const command = program
    .command('render')
    .description('turn a saved JSON report into another format')
    .argument('<report.json>', 'what --report json=FILE wrote')
    .option('--to <format[=file]>', `${formatNames}, on stdout or into a file`, 'text');
  addColorOptions(command, 'the text report');
  addConfigOptions(command)
    .addHelpText('after', formatHelp())
    .addHelpText('after', '\nExample:\n  cyraudit render report.json --to text')
    .action(async (path: string) => {
      await useConfig(command);
      const options = command.opts<CommandOptions>();
      const [
        { catalogue },
        { reportFormats },
        { renderPieces },
        { parseReportTarget, writeReportFile },
        { readReport },
      ] = await Promise.all([
        import('../../findings/catalogue.js'),
        import('../../report/formats.js'),
        import('../../report/render-pieces.js'),
        import('../report-target.js'),
        import('../read-report.js'),
      ]);
      const { format, file } = parseReportTarget(options.to, reportFormats, '--to');
      const report = readReport(path);
      if (file === undefined)
        await writeStdout(renderPieces(format, report, { catalogue, ...stdoutLook(options) }, '--to'));
      else writeReportFile(file, renderPieces(format, report, { catalogue, color: false, width: 100 }, '--to'));
    });
}
