import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { schemaProblems } from '../../config/schema-problems.js';
import {
  plainValue,
  readToml,
  type Place,
  type TextProblem,
  type TomlNode,
  type TomlTable,
} from '../../config/toml-tree.js';
import type { ConfigFile } from '../../generated/config.js';
import { AuditError } from '../../model/audit-error.js';
import { readSchema } from '../report-schema.js';
import type { FoundConfig } from './find-config.js';
import { configurableOptions, mustBeTyped, optionValue } from './option-value.js';
import { readConfigText } from './read-config-text.js';

/** A side of the file; its paths are absolute. */
export interface ConfiguredSide {
  readonly source: string;
  readonly root?: string;
  /** As the file has it. */
  readonly engine?: string;
  /** Where each of these stands. */
  readonly lines: Readonly<Record<string, number>>;
}

/** A value that the file has for an option. */
export interface ConfiguredValue {
  readonly value: unknown;
  /** Of its key. */
  readonly at: Place;
}

/** What a configuration file says. */
export interface Config {
  /** As it was named. */
  readonly file: string;
  readonly sides: ReadonlyMap<string, ConfiguredSide>;
  /** By the name of a command and the key of an option. What stands below the command comes before [options]. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, ConfiguredValue>>;
}

/** @throws AuditError when it cannot be read, or holds what it must not; the message has line and column */
export function loadConfig(found: FoundConfig, program: Command): Config {
  const { config, problems } = examineConfig(found, program);
  if (config !== undefined) return config;
  const [first, ...others] = problems;
  throw new AuditError(
    'config-invalid',
    problemLine(found.path, first!),
    others.length === 0
      ? 'Correct the line; --no-config does without the file.'
      : `Correct the line; cyraudit config check ${found.path} lists ${String(others.length)} more.`,
  );
}

export const problemLine = (file: string, { line, column, message }: TextProblem): string =>
  `${file}:${String(line)}:${String(column)}: ${message}`;

/** Reads a configuration file and says all that is wrong with what it holds. @throws AuditError when it cannot be read */
export function examineConfig(
  found: FoundConfig,
  program: Command,
): { readonly config?: Config; readonly problems: readonly TextProblem[] } {
  const root = readToml(readConfigText(found));
  if ('message' in root) return { problems: [root] };
  const dir = dirname(resolve(found.path));
  const ofSchema = schemaProblems(root, schemaErrors(plainValue(root)), (key, table) => elsewhere(program, key, table));
  const { values, problems } = readValues(root, program, dir, (node) =>
    ofSchema.some((problem) => problem.node === node && !problem.isOfContent),
  );
  const engines = checkEngines(root, program, dir);
  // What the option itself says of its value is better to read than the pattern of the schema.
  const places = new Set([...problems, ...engines].map(({ line, column }) => `${String(line)}:${String(column)}`));
  const others = ofSchema.filter(({ line, column }) => !places.has(`${String(line)}:${String(column)}`));
  const all = [...problems, ...engines, ...others].sort((a, b) => a.line - b.line || a.column - b.column);
  if (all.length > 0) return { problems: all };
  return { config: { file: found.path, sides: readSides(root, dir), values }, problems: [] };
}

function schemaErrors(value: unknown): readonly ErrorObject[] {
  const validate = new Ajv2020({ strict: true, allErrors: true, verbose: true }).compile<ConfigFile>(
    readSchema('config'),
  );
  return validate(value) ? [] : (validate.errors ?? []);
}

const tableIn = (table: TomlTable, name: string): TomlTable | undefined => {
  const node = table.entries.get(name)?.node;
  return node?.kind === 'table' ? node : undefined;
};

/** Every command that reads the file. */
const commandsOf = (program: Command): readonly Command[] =>
  program.commands.filter((command) => configurableOptions(command).size > 0);

/** What to do with a key that a table does not have. */
function elsewhere(program: Command, key: string, table: string | undefined): string | undefined {
  const command = program.commands.find((candidate) => candidate.name() === table);
  if (command !== undefined && mustBeTyped(command, key)) return `type --${key}: ${table!} takes it from no file`;
  const other = tableOfKey(program, key);
  return other === undefined ? undefined : `it belongs below [${other}]`;
}

function tableOfKey(program: Command, key: string): string | undefined {
  const owner = commandsOf(program).find((command) => configurableOptions(command).has(key));
  if (owner === undefined) return ['source', 'root', 'engine'].includes(key) ? 'side.NAME' : undefined;
  return ['compare', 'check'].includes(owner.name()) ? 'options' : owner.name();
}

function readValues(
  root: TomlTable,
  program: Command,
  dir: string,
  isRefused: (node: TomlNode) => boolean,
): { readonly values: Config['values']; readonly problems: TextProblem[] } {
  const problems = new Map<TomlNode, TextProblem>();
  const values = new Map<string, Map<string, ConfiguredValue>>();
  for (const command of commandsOf(program)) {
    const ofCommand = new Map<string, ConfiguredValue>();
    values.set(command.name(), ofCommand);
    for (const [key, option] of configurableOptions(command)) {
      for (const name of ['options', command.name()]) {
        const entry = tableIn(root, name)?.entries.get(key);
        const parts =
          entry === undefined ? [] : entry.node.kind === 'array' ? [entry.node, ...entry.node.items] : [entry.node];
        if (entry === undefined || parts.some(isRefused)) continue;
        const read = optionValue(option, entry.node, dir);
        if ('value' in read) ofCommand.set(key, { value: read.value, at: entry.at });
        else problems.set(entry.node, read);
      }
    }
  }
  return { values, problems: [...problems.values()] };
}

/** The option of compare that an engine of a side stands for. */
const engineOption = (program: Command) =>
  program.commands.flatMap(({ options }) => options).find(({ long }) => long === '--engine')!;

function checkEngines(root: TomlTable, program: Command, dir: string): TextProblem[] {
  return [...(tableIn(root, 'side')?.entries.values() ?? [])].flatMap(({ node }) => {
    const engine = node.kind === 'table' ? node.entries.get('engine')?.node : undefined;
    if (engine?.kind !== 'scalar' || typeof engine.value !== 'string') return [];
    const read = optionValue(engineOption(program), engine, dir);
    return 'value' in read ? [] : [read];
  });
}

function readSides(root: TomlTable, dir: string): Config['sides'] {
  const { side = {} } = plainValue(root) as ConfigFile;
  return new Map(
    Object.entries(side).map(([name, { source, root: below, engine }]) => {
      const entries = tableIn(tableIn(root, 'side')!, name)!.entries;
      return [
        name,
        {
          source: resolve(dir, source),
          ...(below === undefined ? {} : { root: resolve(dir, below) }),
          ...(engine === undefined ? {} : { engine }),
          lines: Object.fromEntries([...entries].map(([key, { at }]) => [key, at.line])),
        },
      ];
    }),
  );
}
