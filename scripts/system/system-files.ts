import { makeProgram } from '../../src/cli/make-program.js';
import { bashCompletion } from './bash-completion.js';
import { describeProgram } from './describe-program.js';
import { fishCompletion } from './fish-completion.js';
import { manualPage } from './manual-page.js';
import { zshCompletion } from './zsh-completion.js';

/** The manual page and the completions of shells, by their paths in the repository. */
export function systemFiles(): ReadonlyMap<string, string> {
  const program = describeProgram(makeProgram());
  return new Map([
    ['man/cyraudit.8', manualPage(program)],
    ['completions/cyraudit.bash', bashCompletion(program)],
    ['completions/_cyraudit', zshCompletion(program)],
    ['completions/cyraudit.fish', fishCompletion(program)],
  ]);
}
