import { dirname, isAbsolute, join, normalize } from 'node:path/posix';

/** Something that would keep Cyrus from starting, or makes it read another value than the one written. */
export interface ConfProblem {
  readonly file: string;
  /** From 1; of a continued line, its last part. */
  readonly line: number;
  readonly message: string;
}

export interface ImapdConf {
  readonly file: string;
  /** By lower-case name, `SERVICE_name` included. Of a name given twice, the first value. */
  readonly options: ReadonlyMap<string, string>;
  readonly problems: readonly ConfProblem[];
  /** `service_name` when a service is given and has its own value, else `name`. */
  get(name: string, service?: string): string | undefined;
  /** A switch; `fallback` when it is not set or is not a switch value. */
  isOn(name: string, fallback: boolean, service?: string): boolean;
  /** The words of a value; empty when not set. */
  list(name: string, service?: string): readonly string[];
}

/** Switches whose value changes where this program looks; any other value of them is a problem. */
const SWITCHES = [
  'archive_enabled',
  'conversations',
  'fulldirhash',
  'hashimapspool',
  'mailbox_legacy_dirs',
  'sync_log',
];

/** Problems that are told; the first one already keeps Cyrus from starting. */
const MAX_PROBLEMS = 100;

/** `@include` below `@include`: deep enough for any real set-up, and an end for generated names. */
const MAX_INCLUDE_DEPTH = 32;

const NAME = /^(@?[0-9A-Za-z_-]*):/;

/**
 * Reads imapd.conf. `include` returns the text of a file or why it cannot be read. A relative `@include` is taken
 * from the directory of the including file: Cyrus takes it from the working directory of its process, which a
 * copied configuration does not have. Source: config_read_file, lib/libconfig.c 3.6.1; mboxlist.md section 11.
 */
export function parseImapdConf(text: string, file: string, include: (path: string) => string | Error): ImapdConf {
  const options = new Map<string, string>();
  const problems: ConfProblem[] = [];
  const read = new Set<string>();

  const readFile = (content: string, path: string, depth: number): void => {
    read.add(normalize(path));
    for (const { line, text: logical, complete } of logicalLines(content)) {
      const problem = (message: string): void => {
        if (problems.length < MAX_PROBLEMS) problems.push({ file: path, line, message });
      };
      const trimmed = trimSpace(logical);
      if (!complete) {
        problem('the file ends in a continued line, which Cyrus drops');
        continue;
      }
      if (trimmed === '' || trimmed.startsWith('#')) continue;
      const name = NAME.exec(trimmed)?.[1]?.toLowerCase();
      if (name === undefined) {
        problem(`invalid option name: ${trimmed.slice(0, 40)}`);
        continue;
      }
      const value = trimSpace(trimmed.slice(name.length + 1));
      if (value === '') problem(`option ${name} has no value`);
      else if (name === '@include') includeFile(value, path, depth, problem);
      else if (name.startsWith('@')) problem(`invalid directive ${name}`);
      else if (options.has(name)) problem(`option ${name} is given twice`);
      else {
        options.set(name, value);
        if (SWITCHES.includes(name) && parseSwitch(value) === undefined)
          problem(`${name} is not a switch value: ${value}`);
      }
    }
  };

  const includeFile = (value: string, from: string, depth: number, problem: (message: string) => void): void => {
    const path = isAbsolute(value) ? value : join(dirname(from), value);
    if (read.has(normalize(path))) {
      problem(`${path} is included twice`);
      return;
    }
    if (depth >= MAX_INCLUDE_DEPTH) {
      problem(`${path} is included too deeply`);
      return;
    }
    const content = include(path);
    if (typeof content === 'string') readFile(content, path, depth + 1);
    else problem(`cannot read ${path}: ${content.message}`);
  };

  readFile(text, file, 0);

  const get = (name: string, service?: string): string | undefined =>
    (service === undefined ? undefined : options.get(`${service}_${name}`.toLowerCase())) ??
    options.get(name.toLowerCase());
  return {
    file,
    options,
    problems,
    get,
    isOn: (name, fallback, service) => parseSwitch(get(name, service)) ?? fallback,
    list: (name, service) => get(name, service)?.split(/[ \t\v\f\r]+/) ?? [],
  };
}

/** Only the first letters count, in lower case. Source: config_parse_switch, lib/libconfig.c 3.6.1. */
function parseSwitch(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (/^([1yt]|on)/.test(value)) return true;
  if (/^([0nf]|of)/.test(value)) return false;
  return undefined;
}

/** Lines with their continuations joined. A last line that ends in a continuation is not complete. */
function* logicalLines(content: string): Generator<{ line: number; text: string; complete: boolean }> {
  const lines = content.split('\n');
  const last = lines.length - 1;
  let joined = '';
  for (const [index, text] of lines.entries()) {
    // Only a backslash before a LF continues: one at the very end of the file is part of the value.
    if (index < last && text.endsWith('\\')) {
      joined += text.slice(0, -1);
      continue;
    }
    if (index < last || text !== '') yield { line: index + 1, text: joined + text, complete: true };
    else if (joined !== '') yield { line: index, text: joined, complete: false };
    joined = '';
  }
}

const SPACES = ' \t\v\f\r\n';

/** C isspace in the C locale: `trim` would also take NBSP, which Cyrus keeps. No pattern: one that is tied to the end
 *  tries each blank of a long run as its beginning. */
function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && SPACES.includes(text[from]!)) from++;
  while (to > from && SPACES.includes(text[to - 1]!)) to--;
  return text.slice(from, to);
}
