import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeProgram } from '../../scripts/system/describe-program.js';
import { makeProgram } from '../../src/cli/make-program.js';
import { catalogue } from '../../src/findings/catalogue.js';
import { bash, completions, fish, hasProgram, zsh } from '../support/shells/ask-shell.js';

const program = describeProgram(makeProgram());
const commands = program.commands.map(({ name }) => name);

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-completions-'));
  for (const name of ['spool', 'other side']) mkdirSync(join(dir, name));
  for (const name of ['imapd.conf', 'my report.json', 'spool/inner.conf']) writeFileSync(join(dir, name), '');
});
afterAll(() => rmSync(dir, { recursive: true }));

const FILES = ['imapd.conf', 'my report.json', 'other side', 'spool'];
const DIRECTORIES = ['other side', 'spool'];
const codes = (start: string): string[] => [...catalogue.keys()].filter((code) => code.startsWith(start));

/** What completes a line: the whole words, without those of the options that a shell offers besides. */
const CASES: readonly (readonly [line: string, expected: readonly string[]])[] = [
  ['cyraudit ', commands],
  ['cyraudit co', ['compare', 'config']],
  ['cyraudit help ', commands],
  ['cyraudit compare --le', ['--level']],
  ['cyraudit compare --level ', ['index', 'files', 'content']],
  ['cyraudit compare --level c', ['content']],
  ['cyraudit check --fail-on ', ['safe', 'admin', 'halt']],
  ['cyraudit explain ', codes('')],
  ['cyraudit explain guid-mismatch', codes('guid-mismatch')],
  ['cyraudit explain guid-mismatch ', []],
  ['cyraudit compare ', FILES],
  ['cyraudit compare im', ['imapd.conf']],
  ['cyraudit compare imapd.conf ', FILES],
  ['cyraudit compare --quiet --level index imapd.conf spool/', ['spool/inner.conf']],
  ['cyraudit compare imapd.conf spool ', []],
  ['cyraudit check --user a:b --user a=b ', FILES],
  ['cyraudit check -- ', FILES],
  ['cyraudit inspect imapd.conf spool sp', ['spool']],
  ['cyraudit render ', FILES],
  ['cyraudit check --root ', DIRECTORIES],
  ['cyraudit compare --subset-state im', ['imapd.conf']],
  ['cyraudit compare --user ', []],
  ['cyraudit compare --threads ', []],
  ['cyraudit compare --report te', ['text']],
  ['cyraudit render --to te', ['text']],
  ['cyraudit compare --report json=im', ['json=imapd.conf']],
  ['cyraudit compare --report=json=im', ['--report=json=imapd.conf']],
  ['cyraudit compare --level=fi', ['--level=files']],
  ['cyraudit unknown ', []],
];

describe.each([bash, zsh, fish])('$name', ({ isInstalled, ask }) => {
  test.skipIf(!isInstalled).each(CASES)('%s', (line, expected) => {
    // An optional word may be an option too.
    const offered = ask(line, dir).filter((word) => line.includes(' -') || !word.startsWith('-'));
    expect([...offered].sort()).toEqual([...expected].sort());
  });

  test.skipIf(!isInstalled).each(['', ...commands])('every option of: cyraudit %s', (name) => {
    const { options } = program.commands.find((command) => command.name === name) ?? program;
    const long = options.flatMap(({ names }) => names.filter((option) => option.startsWith('--')));
    const offered = ask(`cyraudit ${name}${name === '' ? '' : ' '}--`, dir);
    expect([...offered].sort()).toEqual(long.sort());
  });
});

test.skipIf(!hasProgram('shellcheck'))('shellcheck finds nothing in the script of bash', () => {
  const { status, stdout } = spawnSync('shellcheck', ['-s', 'bash', `${completions}cyraudit.bash`], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

test('a value of a new name must be told apart', () => {
  const other = makeProgram();
  other.command('new').option('--colour <shade>');
  expect(() => describeProgram(other)).toThrow('<shade>');
});
