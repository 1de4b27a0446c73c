import type { Argument, Command, Option } from 'commander';
import { catalogue } from '../../src/findings/catalogue.js';
import { ENGINE_VERSIONS } from '../../src/replication/engine.js';
import { FORMAT_DESCRIPTIONS } from '../../src/report/format-descriptions.js';
import { readHelpSections, type HelpSection } from './help-sections.js';

export interface Word {
  readonly word: string;
  readonly help?: string;
}

/** What may stand for a value. `report`: a format, or `FORMAT=FILE`. `free`: what no shell can know. */
export type Takes =
  | { readonly kind: 'words' | 'command' | 'code' | 'report'; readonly words: readonly Word[] }
  | { readonly kind: 'file' | 'directory' | 'free' };

export interface OptionDescription {
  /** As in `--help`: `-V, --version`, `--level <level>`. */
  readonly flags: string;
  /** Every name, the short one first. */
  readonly names: readonly string[];
  readonly help: string;
  /** The option has a value. */
  readonly value?: { readonly name: string; readonly takes: Takes };
  readonly isRepeatable: boolean;
}

interface ArgumentDescription {
  readonly name: string;
  readonly help: string;
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
  readonly takes: Takes;
}

export interface CommandDescription {
  readonly name: string;
  readonly help: string;
  readonly options: readonly OptionDescription[];
  readonly arguments: readonly ArgumentDescription[];
  /** What `--help` says below the options. */
  readonly sections: readonly HelpSection[];
}

export interface ProgramDescription extends Omit<CommandDescription, 'arguments'> {
  readonly version: string;
  /** Codes of findings. */
  readonly codes: readonly Word[];
  readonly commands: readonly CommandDescription[];
}

const words = (from: Iterable<string>): Takes => ({ kind: 'words', words: [...from].map((word) => ({ word })) });
const codes: readonly Word[] = [...catalogue.values()].map(({ code, title }) => ({ word: code, help: title }));
const FREE: Takes = { kind: 'free' };
const FILE: Takes = { kind: 'file' };

/** By the name of a value, as the help of an option or a command gives it. */
const TAKES: Readonly<Record<string, Takes>> = {
  side: FILE,
  master: FILE,
  replica: FILE,
  old: FILE,
  new: FILE,
  file: FILE,
  'report.json': FILE,
  dir: { kind: 'directory' },
  code: { kind: 'code', words: codes },
  'format[=file]': { kind: 'report', words: Object.keys(FORMAT_DESCRIPTIONS).map((word) => ({ word })) },
  'text|json[=file]': { kind: 'report', words: [{ word: 'text' }, { word: 'json' }] },
  release: words(ENGINE_VERSIONS),
  glob: FREE,
  user: FREE,
  n: FREE,
  'n/t': FREE,
  seconds: FREE,
  time: FREE,
  'MB/s': FREE,
  url: FREE,
  name: FREE,
  mailbox: FREE,
  manifest: FILE,
};

/** Throws for a value of a new name: somebody must decide what completes it. */
function takesOf(name: string, choices: readonly string[] | undefined, commands: readonly Word[]): Takes {
  if (choices !== undefined) return words(choices);
  if (name === 'command') return { kind: 'command', words: commands };
  const takes = TAKES[name];
  if (takes === undefined) throw new Error(`scripts/system/describe-program.ts: TAKES lacks the value <${name}>`);
  return takes;
}

function describeOption(option: Option, command: Command): OptionDescription {
  const value = /<(.+)>$/.exec(option.flags)?.[1];
  const help = command.createHelp().optionDescription(option);
  return {
    flags: option.flags,
    names: [option.short, option.long].filter((name) => name !== undefined),
    help,
    ...(value === undefined ? {} : { value: { name: value, takes: takesOf(value, option.argChoices, []) } }),
    isRepeatable: /\brepeatable\b/.test(help),
  };
}

function describeArgument(argument: Argument, commands: readonly Word[]): ArgumentDescription {
  return {
    name: argument.name(),
    help: argument.description,
    isRequired: argument.required,
    isVariadic: argument.variadic,
    takes: takesOf(argument.name(), argument.argChoices, commands),
  };
}

/** All that `--help` of the program and of its commands tells, as data. */
export function describeProgram(program: Command): ProgramDescription {
  const commands = program.createHelp().visibleCommands(program);
  const names = commands.map((command) => ({ word: command.name(), help: command.description() }));
  const describe = (command: Command): CommandDescription => ({
    name: command.name(),
    help: command.description(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map((option) => describeOption(option, command)),
    arguments: command.registeredArguments.map((argument) => describeArgument(argument, names)),
    sections: readHelpSections(command),
  });
  return { ...describe(program), version: program.version() ?? '', codes, commands: commands.map(describe) };
}
