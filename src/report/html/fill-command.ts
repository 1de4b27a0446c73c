import { shellWord } from '../command-line.js';
import { configOption } from '../cyrus-config.js';
import { adminName } from '../admin-name.js';
import type { Affected, Target } from './affected.js';
import { placeholders, type RemedyCommand } from './remedy-steps.js';

/** Lines that may be copied to a shell as they are, for those whom a finding concerns. */
export interface FilledCommand {
  /** On which side they run, where the remedy leaves that to the finding. */
  readonly side?: string;
  readonly lines: readonly string[];
}

export interface Filled {
  readonly commands: readonly FilledCommand[];
  /** Named but not in the lines, because there are too many. */
  readonly more: number;
  /** Left out, because the same user has other findings that come first, or a name that no line can carry safely. */
  readonly held: number;
}

const MAX_LINES = 10;

/**
 * The command once for everybody concerned. Undefined when it holds a word that only a person can fill in. Whoever has
 * another finding above `safe` is held back: what helps against one of them can do harm with the other.
 */
export function fillCommand(
  { words, prompt, isToRun }: RemedyCommand,
  code: string,
  bySide: boolean,
  affected: Affected,
): Filled | undefined {
  const [placeholder, ...others] = placeholders(words);
  if (!isToRun || prompt !== 'shell' || others.length > 0) return undefined;
  if (placeholder !== 'USER' && placeholder !== 'MAILBOX') return undefined;
  const nameOf = ({ userid, mboxname, side }: Target): string | undefined => {
    if (placeholder === 'USER') return userid;
    const separator = affected.separator(bySide ? side : undefined);
    return mboxname === undefined || separator === undefined ? undefined : adminName(mboxname, separator);
  };

  /** With the imapd.conf of the side on which it runs, as far as that is known: sync_client is a program of the master. */
  const withConfig = (line: string, role: string | undefined): string => {
    const found = affected.side(role ?? (line.startsWith('sync_client ') ? 'master' : undefined));
    if (found === undefined || !OF_CYRUS.test(line)) return line;
    const [program, ...rest] = line.split(' ');
    return [program, ...configOption(found), ...rest].join(' ');
  };
  const linesOf = new Map<string | undefined, Set<string>>();
  const held = new Set<string>();
  for (const target of affected.of(code)) {
    const name = nameOf(target);
    if (name === undefined || !isPlain(name) || !affected.isAlone(target, code)) {
      held.add(target.mboxname ?? target.userid ?? '');
      continue;
    }
    const side = bySide ? target.side : undefined;
    const names = linesOf.get(side) ?? new Set();
    linesOf.set(
      side,
      names.add(
        withConfig(
          words.replace(placeholder, () => shellWord(name)),
          bySide ? (side ?? 'single') : undefined,
        ),
      ),
    );
  }
  if (linesOf.size === 0) return undefined;
  let more = 0;
  const commands = [...linesOf].map(([side, lines]) => {
    more += Math.max(0, lines.size - MAX_LINES);
    return { ...(side === undefined ? {} : { side }), lines: [...lines].slice(0, MAX_LINES) };
  });
  return { commands, more, held: held.size };
}

/** Programs with the option -C. */
const OF_CYRUS =
  /^(?:sync_client|reconstruct|dav_reconstruct|quota|cyr_expire|unexpunge|mbpath|deliver|ctl_\w+|cyr_dbtool) /;

/**
 * Bytes outside printable ASCII may not be what the screen shows, a dash would be taken for an option, and of a name
 * with a wildcard `reconstruct` makes a pattern that fits other mailboxes too. Source: glob_init, lib/glob.c 3.6.1; braces,
 * bars and backslashes go from there into a regular expression.
 */
const isPlain = (name: string): boolean => /^[\x20-\x7e]+$/.test(name) && !/^-|[*%?{}|\\]/.test(name);
