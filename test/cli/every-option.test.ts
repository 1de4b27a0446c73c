/** Every option of every command is in the manual page, and some file of tests types it and looks at what it does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { makeProgram } from '../../src/cli/make-program.js';

const root = join(import.meta.dirname, '../..');

/** File of tests -> command -> options that it types. What compare and check share is tested with either. */
const TYPED_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'audit/list-jury.test.ts': { compare: 'max-lost' },
  'audit/stop.test.ts': { compare: 'recheck recheck-delay max-duration' },
  'cli/audit.test.ts': { compare: 'report user fail-on quiet', render: 'to' },
  'cli/config.test.ts': {
    ...Object.fromEntries(
      ['compare', 'explain', 'render', 'plan', 'gate', 'verify-user', 'salvage'].map((name) => [name, 'config']),
    ),
    'verify-user': 'config replica-engine',
    gate: 'config replica-engine',
  },
  'cli/known-findings.test.ts': { compare: 'accept baseline' },
  'cli/no-config.test.ts': Object.fromEntries(
    ['compare', 'check', 'explain', 'render', 'plan', 'gate', 'verify-user', 'salvage'].map((name) => [
      name,
      'no-config',
    ]),
  ),
  'cli/options.test.ts': {
    compare:
      'master-root replica-root engine replica-engine mailbox partition io-limit time-limit nice threads summary syslog progress no-progress color no-color',
    check: 'root',
    render: 'color no-color',
    explain: 'color no-color',
    plan: 'into',
    gate: 'master-root replica-root engine master-is-down level accept into report threads recheck recheck-delay io-limit nice color no-color',
    'verify-user': 'master-root replica-root engine level deadline threads',
    salvage: 'old-root new-root progress no-progress color no-color',
  },
  'cli/reinject.test.ts': { reinject: 'to admin password-file ca insecure no-tls' },
  'cli/salvage.test.ts': { salvage: 'user mailbox log since include report export quiet' },
  'cli/subset.test.ts': { compare: 'level subset subset-state hash-since' },
  'cli/usage.test.ts': { cyraudit: 'version' },
  'inspect/inspect.test.ts': { inspect: 'json ndjson' },
  'reinject/runs.test.ts': { reinject: 'connections' },
  'real/reinject-options.test.ts': { reinject: 'journal rate dry-run into' },
};

interface OptionOfCommand {
  readonly command: string;
  readonly option: string;
}

const optionsOf = (command: Command): string[] => command.options.map(({ long }) => long!.slice(2));
const word = ({ command, option }: OptionOfCommand): string => `${command} --${option}`;

/** What is in no row of the table, and rows that are not true. */
function faultsOf(program: Command, table: typeof TYPED_IN, read: (file: string) => string): string[] {
  const typed = Object.entries(table).flatMap(([file, commands]) =>
    Object.entries(commands).flatMap(([command, options]) =>
      options.split(' ').map((option) => ({ file, command, option })),
    ),
  );
  const shared = new Set(program.commands.filter((c) => ['compare', 'check'].includes(c.name())).flatMap(optionsOf));
  const known = new Set(
    typed.flatMap(({ command, option }) =>
      ['compare', 'check'].includes(command) && shared.has(option)
        ? [`compare --${option}`, `check --${option}`]
        : [`${command} --${option}`],
    ),
  );
  const all = [program, ...program.commands].flatMap((command) =>
    optionsOf(command).map((option) => ({ command: command.name(), option })),
  );
  const names = new Set(all.map(word));
  return [
    ...all.flatMap((one) => (known.has(word(one)) ? [] : [`${word(one)}: no test`])),
    ...typed.flatMap((one) => (names.has(word(one)) ? [] : [`${one.file}: ${word(one)}: no such option`])),
    ...typed.flatMap(({ file, command, option }) => {
      const text = read(file);
      const isTyped = new RegExp(`--${option}(?![\\w-])`).test(text);
      const isNamed = command === 'cyraudit' || new RegExp(`['"\` ]${command}['"\` ,]`).test(text);
      return isTyped && isNamed ? [] : [`${file}: types no ${command} --${option}`];
    }),
  ];
}

const readTest = (file: string): string => readFileSync(join(root, 'test', file), 'utf8');

describe('each option is typed by a test', () => {
  test('of every command', () => {
    expect(faultsOf(makeProgram(), TYPED_IN, readTest)).toEqual([]);
  });

  test('one that is new, a row of none, and a file that does not type it are told', () => {
    const program = new Command('cyraudit').option('--version');
    program.command('compare').option('--old').option('--new');
    program.command('check').option('--old');
    program.command('plan').option('--into <dir>').option('--in');
    const table = { a: { cyraudit: 'version', compare: 'old gone' }, b: { plan: 'into in' } };
    const texts: Readonly<Record<string, string>> = { a: "['compare', '--old', '--version', '--gone']", b: "'--into'" };
    expect(faultsOf(program, table, (file) => texts[file]!)).toEqual([
      'compare --new: no test',
      'a: compare --gone: no such option',
      'b: types no plan --into',
      'b: types no plan --in',
    ]);
  });
});

describe('the manual page', () => {
  const page = readFileSync(join(root, 'man/cyraudit.8'), 'utf8').replaceAll('\\-', '-');
  const sections = new Map(
    page.split(/^\.SS /m).map((part) => [part.slice(0, part.indexOf('\n')), part.split(/^\.SH /m)[0]!] as const),
  );

  test.each(makeProgram().commands.map((command) => [command.name(), command] as const))('%s', (name, command) => {
    const section = sections.get(name)!;
    for (const option of optionsOf(command))
      expect(section).toMatch(new RegExp(`^(.*, )?\\\\fB--${option}\\\\fR`, 'm'));
    expect(section).not.toContain('\\fB--no-such-option\\fR');
  });
});
