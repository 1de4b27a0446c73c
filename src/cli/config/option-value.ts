import { resolve } from 'node:path';
import { InvalidArgumentError, type Command, type Option } from 'commander';
import { shown } from '../../config/schema-problems.js';
import type { TextProblem, TomlNode } from '../../config/toml-tree.js';
import { AuditError } from '../../model/audit-error.js';
import { FORMAT_DESCRIPTIONS } from '../../report/format-descriptions.js';
import { parseReportTarget } from '../report-target.js';

/** Those that say which file is read, and those that belong to a side of the file. */
const NOT_IN_FILE: ReadonlySet<string> = new Set([
  'config',
  'root',
  'master-root',
  'replica-root',
  'engine',
  'replica-engine',
  // report = ["summary"] says it.
  'summary',
]);

/**
 * Of these commands the file sets no more. Somebody acts on their answer at once: what they look at and what they put up
 * with must be typed, where he sees it, and not be forgotten in a file that was written for audits by night.
 */
const NO_MORE_THAN: Readonly<Record<string, ReadonlySet<string>>> = {
  gate: new Set(['threads', 'color']),
  'verify-user': new Set(['deadline', 'threads']),
  salvage: new Set(['quiet', 'progress', 'color']),
};

/** The options of a command that the file may set, by their keys. */
export function configurableOptions(command: Command): ReadonlyMap<string, Option> {
  const hasConfig = command.options.some(({ long }) => long === '--config');
  const options = hasConfig ? command.options.filter(({ long, negate }) => long !== undefined && !negate) : [];
  const only = NO_MORE_THAN[command.name()];
  return new Map(
    options
      .map((option) => [option.long!.slice(2), option] as const)
      .filter(([key]) => !NOT_IN_FILE.has(key) && (only === undefined || only.has(key))),
  );
}

/** A command has the option, and takes it from no file. */
export const mustBeTyped = (command: Command, key: string): boolean =>
  Object.hasOwn(NO_MORE_THAN, command.name()) &&
  command.options.some(({ long }) => long === `--${key}`) &&
  !configurableOptions(command).has(key);

/** What an option has for a value when the file sets it, the same as if it had been typed; or what is wrong with it. */
export function optionValue(option: Option, node: TomlNode, dir: string): { readonly value: unknown } | TextProblem {
  if (node.kind === 'array') {
    let value: unknown = [];
    for (const item of node.items) {
      const one = scalarValue(option, item, dir, value);
      if (!('value' in one)) return one;
      ({ value } = one);
    }
    return { value };
  }
  return scalarValue(option, node, dir, undefined);
}

function scalarValue(
  option: Option,
  node: TomlNode,
  dir: string,
  before: unknown,
): { readonly value: unknown } | TextProblem {
  const problem = (what: string): TextProblem => ({ ...node.at, message: `${option.long!.slice(2)}: ${what}` });
  if (node.kind !== 'scalar') return problem(`found ${shown(node)}`);
  if (typeof node.value === 'boolean') return { value: node.value };
  try {
    const text = fromDirectory(option, String(node.value), dir);
    return { value: option.parseArg === undefined ? text : option.parseArg(text, before) };
  } catch (error) {
    if (error instanceof InvalidArgumentError)
      return problem(
        `${error.message.charAt(0).toLowerCase()}${error.message.slice(1).replace(/\.$/, '')}, found ${shown(node)}`,
      );
    if (error instanceof AuditError) return { ...node.at, message: `${error.message}. ${error.advice}` };
    throw error;
  }
}

const PATHS: ReadonlySet<string | undefined> = new Set(['file', 'dir', 'report.json']);
const formats = Object.keys(FORMAT_DESCRIPTIONS).map((name) => ({ name }));

/** A relative path is one below the directory of the configuration file. */
function fromDirectory({ flags, long }: Option, text: string, dir: string): string {
  const takes = /<(.+)>$/.exec(flags)?.[1];
  if (PATHS.has(takes)) return resolve(dir, text);
  if (takes !== 'format[=file]') return text;
  const { format, file } = parseReportTarget(text, formats, long!.slice(2));
  return file === undefined ? text : `${format.name}=${resolve(dir, file)}`;
}
