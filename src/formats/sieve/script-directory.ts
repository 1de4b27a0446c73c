/** An entry of a script directory, as the system lists it. */
export interface SieveEntry {
  readonly name: string;
  /** Of a symbolic link: what it holds. */
  readonly target?: string;
  /** True = neither a regular file nor a symbolic link. */
  readonly isOther?: boolean;
}

export interface SieveScript {
  readonly name: string;
  /** `NAME.script` is there. Since 3.6 the source is a message of the user's #sieve mailbox instead. */
  readonly hasSource: boolean;
  /** `NAME.bc` is there: without it the script is not run. */
  readonly hasBytecode: boolean;
}

/** The scripts of one user, or the global ones. */
export interface SieveDirectory {
  /** By name. */
  readonly scripts: readonly SieveScript[];
  /** What `defaultbc` links to, as it stands there. */
  readonly activeTarget?: string;
  /** The script that it makes the active one; undefined also when the target is no `NAME.bc` of this directory. */
  readonly active?: string;
  /** Unfinished writes: never data. */
  readonly leftovers: readonly string[];
  /** Names that no release writes. */
  readonly others: readonly string[];
}

/** The link to the bytecode of the active script. Source: DEFAULTBC_NAME, imap/sievedir.h 3.6.7. */
export const ACTIVE_LINK = 'defaultbc';
const SOURCE = '.script';
const BYTECODE = '.bc';
/** What timsieved and, up to 3.4, sync_server write before they rename it. */
const LEFTOVER = /.\.NEW$|^sync_tmp-\d+$/;

/**
 * Sorts the entries of a script directory by what they are. A script with neither source nor bytecode exists only as
 * the target of the link: it is then `active` and not among the scripts.
 * Source: imap/sievedir.c 3.6.7, timsieved/actions.c and imap/sync_support.c 3.4.8; mailbox-files.md
 * section 10.
 */
export function readSieveDirectory(entries: readonly SieveEntry[]): SieveDirectory {
  const scripts = new Map<string, { hasSource: boolean; hasBytecode: boolean }>();
  const leftovers: string[] = [];
  const others: string[] = [];
  let activeTarget: string | undefined;
  const script = (name: string): { hasSource: boolean; hasBytecode: boolean } => {
    const known = scripts.get(name) ?? { hasSource: false, hasBytecode: false };
    scripts.set(name, known);
    return known;
  };
  for (const { name, target, isOther } of entries) {
    if (isOther !== true && LEFTOVER.test(name)) leftovers.push(name);
    else if (name === ACTIVE_LINK && target !== undefined) activeTarget = target;
    else if (isOther === true || target !== undefined) others.push(name);
    else if (hasSuffix(name, SOURCE)) script(name.slice(0, -SOURCE.length)).hasSource = true;
    else if (hasSuffix(name, BYTECODE)) script(name.slice(0, -BYTECODE.length)).hasBytecode = true;
    else others.push(name);
  }
  const active = activeTarget === undefined ? undefined : scriptOfTarget(activeTarget);
  return {
    scripts: [...scripts].map(([name, has]) => ({ name, ...has })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(activeTarget === undefined ? {} : { activeTarget }),
    ...(active === undefined ? {} : { active }),
    leftovers: leftovers.sort(),
    others: others.sort(),
  };
}

/** The script whose bytecode a link names; Cyrus writes links within the directory only. */
export function scriptOfTarget(target: string): string | undefined {
  return hasSuffix(target, BYTECODE) && !target.includes('/') ? target.slice(0, -BYTECODE.length) : undefined;
}

function hasSuffix(name: string, suffix: string): boolean {
  return name.length > suffix.length && name.endsWith(suffix);
}
