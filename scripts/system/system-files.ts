import { makeProgram } from '../../src/cli/make-program.js';
import { describeProgram } from './describe-program.js';
import { manualPage } from './manual-page.js';

/** The manual page, by its path in the repository. */
export function systemFiles(): ReadonlyMap<string, string> {
  const program = describeProgram(makeProgram());
  return new Map([
    ['man/cyraudit.8', manualPage(program)],
  ]);
}
