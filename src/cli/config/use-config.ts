import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { AuditError } from '../../model/audit-error.js';
import type { SideRole } from '../../model/effects.js';
import type { EngineVersion } from '../../replication/engine.js';
import type { SideSpec } from '../../sources/spool/open-side.js';
import { parseEngine } from '../option-values.js';
import { findConfig } from './find-config.js';

/** Declares on a command which configuration file it reads. */
export function addConfigOptions(command: Command): Command {
  return command
    .option('--config <file>', 'sides by name and other defaults (default: $CYRAUDIT_CONFIG, else /etc/cyraudit.toml)')
    .option('--no-config', 'read no configuration file');
}

/** A side as a command takes it. */
export interface SideArgument extends SideSpec {
  /** In the configuration file, when nothing but the name was typed. */
  readonly name?: string;
}

/** What was typed of a side besides the argument. */
export interface TypedSide {
  readonly role: SideRole;
  readonly root?: string | undefined;
  /** A release of Cyrus. */
  readonly engine?: string | undefined;
}

interface Engines {
  readonly engine?: EngineVersion;
  readonly replicaEngine?: EngineVersion;
}

/** What is typed of the sides of a pair, as commander hands it over. */
export interface PairOptions extends Engines {
  readonly masterRoot?: string;
  readonly replicaRoot?: string;
}

/** What a command has from the configuration file. */
export interface UsedConfig {
  /** As it was named; undefined when none is read. */
  readonly file: string | undefined;
  /** What an argument stands for: a side of the file, or a path. */
  side(argument: string, typed: TypedSide): { readonly spec: SideArgument; readonly engine?: string };
}

/** Gives a command the options of the configuration file where none was typed. */
export async function useConfig(command: Command): Promise<UsedConfig> {
  const found = findConfig(command.opts<{ readonly config?: string | false }>().config);
  if (found === undefined) return { file: undefined, side: (argument, typed) => pathSide(argument, typed) };
  const { loadConfig } = await import('./load-config.js');
  const { file, sides, values } = loadConfig(found, command.parent!);
  for (const [key, { value }] of values.get(command.name()) ?? []) {
    const name = command.options.find(({ long }) => long === `--${key}`)!.attributeName();
    if (command.getOptionValueSource(name) !== 'cli') command.setOptionValueWithSource(name, value, 'config');
  }
  return {
    file,
    side: (argument, typed) => {
      const side = sides.get(argument);
      if (side === undefined) return pathSide(argument, typed, { file, names: [...sides.keys()] });
      const { role, root = side.root, engine = side.engine } = typed;
      const isAsNamed = root === side.root && engine === side.engine;
      return {
        spec: {
          role,
          source: side.source,
          ...(root === undefined ? {} : { root }),
          ...(isAsNamed ? { name: argument } : {}),
        },
        ...(engine === undefined ? {} : { engine }),
      };
    },
  };
}

/** The sides of a pair as they were typed, with what the file knows of them. */
export function pairOf(
  config: UsedConfig,
  first: string,
  second: string,
  typed: PairOptions,
): { readonly master: SideArgument; readonly replica: SideArgument; readonly engines: Engines } {
  const { masterRoot, replicaRoot, engine, replicaEngine } = typed;
  const master = config.side(first, { role: 'master', root: masterRoot, engine });
  const replica = config.side(second, { role: 'replica', root: replicaRoot, engine: replicaEngine });
  return {
    master: master.spec,
    replica: replica.spec,
    engines: {
      ...(master.engine === undefined ? {} : { engine: parseEngine(master.engine) }),
      ...(replica.engine === undefined ? {} : { replicaEngine: parseEngine(replica.engine) }),
    },
  };
}

function pathSide(
  source: string,
  { role, root, engine }: TypedSide,
  config?: { readonly file: string; readonly names: readonly string[] },
): ReturnType<UsedConfig['side']> {
  // A word without a slash or a dot that is no file was meant for a name.
  if (/^[\w-]+$/.test(source) && !existsSync(source)) {
    const { names = [], file = '' } = config ?? {};
    const there =
      config === undefined
        ? 'no configuration file is read'
        : `${file} has ${names.length === 0 ? 'none' : names.join(', ')}`;
    const name = role === 'single' ? 'the side' : `the ${role}`;
    throw new AuditError(
      'conf-missing',
      `${source}: no such file or directory, and no side of that name (${there})`,
      `Name the imapd.conf of ${name}, the directory that holds it, or a side of a configuration file.`,
    );
  }
  return {
    spec: { role, source, ...(root === undefined ? {} : { root }) },
    ...(engine === undefined ? {} : { engine }),
  };
}
