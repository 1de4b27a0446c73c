import { existsSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { printable } from '../../report/printable.js';
import { wrap } from '../../report/wrap.js';
import { DEFAULT_CONFIG, type FoundConfig } from './find-config.js';
import type { Config } from './load-config.js';
import { configurableOptions } from './option-value.js';

/** A value in force, and where it comes from. */
interface Shown {
  readonly key: string;
  readonly value: string;
  readonly from: string;
}

/** What a configuration file puts into force, value by value. @param used undefined when there is no file */
export function showConfig(
  used: (FoundConfig & { readonly config: Config }) | undefined,
  program: Command,
  width: number,
): string {
  const config = used?.config;
  const lines = wrap(headline(used), width);
  for (const [name, { lines: at, ...side }] of config?.sides ?? [])
    lines.push(
      '',
      `Side ${name}`,
      ...table(
        Object.entries(side).map(([key, value]) => ({
          key,
          value: valueText(value),
          from: place(used!.path, at[key]!),
        })),
        width,
      ),
    );
  for (const [names, shown] of inForce(program, used))
    lines.push('', `Options of ${names.join(' and ')}`, ...table(shown, width));
  return `${lines.join('\n')}\n`;
}

function headline(used: FoundConfig | undefined): string {
  const unread = 'cyraudit.toml';
  const hint = existsSync(unread) ? ` The ${unread} of this directory is not read unless it is named.` : '';
  if (used === undefined)
    return `No configuration file is read: ${DEFAULT_CONFIG} is not there, and none is named.${hint}`;
  const why = { '--config': 'named', CYRAUDIT_CONFIG: 'CYRAUDIT_CONFIG names it', default: 'the usual one' }[used.by];
  return `${printable(used.path)} is in order (${why}).${used.by === 'default' ? hint : ''}`;
}

const place = (file: string, line: number): string => `${file}:${String(line)}`;

/** By command; commands for which the same is in force come together. */
function inForce(
  program: Command,
  used: (FoundConfig & { readonly config: Config }) | undefined,
): readonly (readonly [names: readonly string[], shown: readonly Shown[]])[] {
  const groups = new Map<string, { readonly names: string[]; readonly shown: readonly Shown[] }>();
  for (const command of program.commands) {
    const values = used?.config.values.get(command.name());
    const shown = [...configurableOptions(command)].map(([key, option]): Shown => {
      const set = values?.get(key);
      if (set !== undefined)
        return { key, value: valueText(set.value) + unitOf(option, set.value), from: place(used!.path, set.at.line) };
      return { key, ...builtIn(option) };
    });
    if (shown.length === 0) continue;
    const same = JSON.stringify(shown);
    const group = groups.get(same);
    if (group === undefined) groups.set(same, { names: [command.name()], shown });
    else group.names.push(command.name());
  }
  return [...groups.values()].map(({ names, shown }) => [names, shown]);
}

/** A time is seconds once it was read. */
const unitOf = ({ flags }: Option, value: unknown): string =>
  typeof value === 'number' && /<(time|seconds)>$/.test(flags) ? ' s' : '';

/** What is in force when nobody says anything. */
function builtIn({ defaultValue, defaultValueDescription, description }: Option): Pick<Shown, 'value' | 'from'> {
  if (defaultValue !== undefined) return { value: defaultValueDescription ?? valueText(defaultValue), from: 'default' };
  const [, byItself, onTerminal] = /\(default: (.*)\)$|\(the default (on .*)\)$/.exec(description) ?? [];
  const told = byItself ?? onTerminal;
  return { value: told ?? '-', from: told === undefined ? 'not set' : 'default' };
}

function valueText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  if (typeof value === 'object' && value !== null) return Object.values(value).map(valueText).join('/');
  return printable(String(value));
}

/** Three columns; what is too long for the second one has lines of its own. */
function table(rows: readonly Shown[], width: number): string[] {
  const keys = Math.max(...rows.map(({ key }) => key.length)) + 4;
  return rows.flatMap(({ key, value, from }) => {
    const indent = ' '.repeat(keys);
    const start = `  ${key}`.padEnd(keys);
    return wrap(`${value}  (${printable(from)})`, width, indent).map((line, n) =>
      n === 0 ? start + line.slice(keys) : line,
    );
  });
}
