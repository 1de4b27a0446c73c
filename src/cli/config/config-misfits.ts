import type { TextProblem } from '../../config/toml-tree.js';
import { findMisfit } from '../audit-options.js';
import type { Config } from './load-config.js';

/**
 * Options of the file that do not go together. What is typed may still mend it: `config check` says it, and a run only
 * when nothing did.
 */
export function configMisfits({ values }: Config): TextProblem[] {
  const problems = ['compare', 'check'].flatMap((command) => {
    const ofCommand = [...(values.get(command) ?? [])];
    const misfit = findMisfit(
      Object.fromEntries(
        ofCommand.map(([key, { value }]) => [key.replace(/-(.)/g, (_, c: string) => c.toUpperCase()), value]),
      ),
    );
    const at = misfit === undefined ? undefined : ofCommand.find(([key]) => key === misfit.key)?.[1].at;
    return misfit === undefined || at === undefined
      ? []
      : [{ ...at, message: `${misfit.key}: ${misfit.problem}. ${misfit.advice}` }];
  });
  // The same for both commands when it stands below [options].
  return problems.filter(
    (problem, n) => problems.findIndex(({ line, column }) => line === problem.line && column === problem.column) === n,
  );
}
