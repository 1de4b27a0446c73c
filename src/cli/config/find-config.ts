import { lstatSync } from 'node:fs';

/** Read without being named. None is looked for in the working directory: there anybody might have put it. */
export const DEFAULT_CONFIG = '/etc/cyraudit.toml';

/** A configuration file, and what named it. */
export interface FoundConfig {
  readonly path: string;
  readonly by: '--config' | 'CYRAUDIT_CONFIG' | 'default';
}

/** Which file is read, if any. @param option of --config; false for --no-config */
export function findConfig(option: string | false | undefined, usual = DEFAULT_CONFIG): FoundConfig | undefined {
  if (option === false) return undefined;
  if (option !== undefined) return { path: option, by: '--config' };
  const { CYRAUDIT_CONFIG: named } = process.env;
  if (named !== undefined) return named === '' ? undefined : { path: named, by: 'CYRAUDIT_CONFIG' };
  return isAbsent(usual) ? undefined : { path: usual, by: 'default' };
}

/** A link that leads nowhere is there: somebody meant it to be read. */
function isAbsent(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    // Reading it tells why.
    return false;
  }
}
