import type { Command } from 'commander';
import { AuditError } from '../../model/audit-error.js';
import { addConfigOptions, useConfig } from '../config/use-config.js';
import { addColorOptions } from '../option-groups.js';
import { textWidth, useColor, writeStdout, type TerminalOptions } from '../terminal.js';

export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('what a finding means, what replication would do and what to do; without a code, the whole list')
    .argument('[code]', 'code of a finding, such as guid-mismatch');
  addColorOptions(command);
  addConfigOptions(command)
    .addHelpText('after', '\nExamples:\n  cyraudit explain\n  cyraudit explain guid-mismatch')
    .action(async (code: string | undefined) => {
      await useConfig(command);
      const options = command.opts<TerminalOptions>();
      const [{ catalogue }, { explainAll, explainFinding }] = await Promise.all([
        import('../../findings/catalogue.js'),
        import('../../report/explain/explain.js'),
      ]);
      const render = { catalogue, color: useColor(options), width: textWidth() };
      if (code === undefined) {
        await writeStdout(explainAll(render));
        return;
      }
      const finding = catalogue.get(code);
      if (finding === undefined) throw unknownCode(code, [...catalogue.keys()]);
      await writeStdout(explainFinding(finding, render));
    });
}

/** Names the codes that share most words with the one that was asked for. */
function unknownCode(code: string, codes: readonly string[]): AuditError {
  const words = code.toLowerCase().split(/[^a-z0-9]+/);
  const shared = (candidate: string) => candidate.split('-').filter((word) => words.includes(word)).length;
  const most = Math.max(0, ...codes.map(shared));
  const near = most === 0 ? [] : codes.filter((candidate) => shared(candidate) === most).slice(0, 5);
  return new AuditError(
    'usage',
    `no finding has the code '${code}'`,
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Run cyraudit explain for the list.',
  );
}
