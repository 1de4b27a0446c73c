/** What README says of options is true of the program, and a command whose options it goes through is whole. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeProgram } from '../../src/cli/make-program.js';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const { commands } = makeProgram();
const optionsOf = (name: string): string[] =>
  commands.find((command) => command.name() === name)!.options.map(({ long }) => long!);

/** Options in a text, but not the flags of other programs. */
const named = (text: string): string[] => [...new Set(text.match(/(?<![\w-])--[a-z][a-z-]*/g))];
/** Of npm and rclone. */
const OF_OTHERS = new Set(['--global', '--combined']);
/** What every command has, and said where it is said of all. */
const OF_ALL = new Set(['--color', '--no-color', '--config', '--no-config']);

function section(heading: string): string {
  const part = readme.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  expect(part, heading).toBeDefined();
  return part!;
}

test('every option that it names is one', () => {
  const known = new Set(['--help', '--version', ...commands.flatMap((command) => optionsOf(command.name()))]);
  const inText = named(readme).filter((option) => !OF_OTHERS.has(option));
  expect(inText.length).toBeGreaterThan(20);
  expect(inText.filter((option) => !known.has(option))).toEqual([]);
});

test('those of gate and verify-user are all there', () => {
  const inText = named(section('Use it') + section('Before the roles change, and after a crash'));
  for (const name of ['gate', 'verify-user'])
    expect(optionsOf(name).filter((option) => !OF_ALL.has(option) && !inText.includes(option))).toEqual([]);
});

test('it says where the rest is', () => {
  expect(section('Use it')).toContain('`cyraudit COMMAND --help` lists all');
});
