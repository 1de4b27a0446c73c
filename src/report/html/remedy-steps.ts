/** A sentence of a remedy, with the commands that it names. */
export interface RemedyStep {
  readonly text: string;
  /** It tells what not to do. */
  readonly isWarning: boolean;
  /** Programs that it says not to run, at least not yet. */
  readonly forbids: readonly string[];
  readonly commands: readonly RemedyCommand[];
}

export interface RemedyCommand {
  readonly words: string;
  /** `cyradm`: typed at its prompt, not at that of the shell. */
  readonly prompt: 'shell' | 'cyradm';
  /** The sentence says to run it, not only that it exists: names may be filled in. */
  readonly isToRun: boolean;
}

/** Programs that remedies name, with the bare words that may follow besides options, numbers and placeholders. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  sync_client: [],
  reconstruct: ['max'],
  dav_reconstruct: [],
  quota: [],
  cyr_dbtool: ['twoskip', 'show', 'get', 'set', 'delete'],
  cyr_expire: [],
  ctl_mboxlist: [],
  ctl_cyrusdb: [],
  cyraudit: ['inspect', 'compare', 'check', 'explain'],
  deliver: [],
  unexpunge: [],
  mbpath: [],
  smartctl: ['long'],
};
const CYRADM: Readonly<Record<string, readonly string[]>> = {
  deletemailbox: [],
  info: [],
  mboxconfig: [],
  renamemailbox: [],
  setacl: [],
  setaclmailbox: ['x'],
  setquota: [],
};

const OPTION = /^--?[A-Za-z][\w-]*$/;
/** An option that is nothing without the name behind it. */
const OPEN_OPTION = /^-[fmuPS]$/;
/** What a person fills in (USER, CONFDIR/mailboxes.db, user.USER.NAME), a number, a file or a redirection. */
const OPERAND = /^(?:(?:[a-z]+\.)?[A-Z]{2,}[\w./-]*|\d+|[\w-]+\.json|[<>])$/;

/** Takes a remedy apart: each sentence with the commands that it tells to use. Joined again they are the remedy. */
export function remedySteps(remedy: string): RemedyStep[] {
  return remedy.split(/(?<=\.\)?)\s+(?=[A-Za-z(])/).map((text) => {
    const isWarning = /^\(?do not\b/i.test(text);
    const isAdvice = !isWarning && !/^nothing\b/i.test(text) && !/\bdo not (?:run|use)\b/i.test(text);
    // Up to the end of the clause: "Do not run reconstruct or cyr_expire before that: ..."
    const clause = /\bdo not run ([^,;:.]+)/i.exec(text)?.[1] ?? '';
    return {
      text,
      isWarning,
      forbids: clause.split(' ').filter((word) => lookUp(PROGRAMS, word) !== undefined),
      commands: isAdvice ? commandsOf(text) : [],
    };
  });
}

/** The capital words that are left for a person to fill in. */
export function placeholders(words: string): string[] {
  return words.split(' ').filter((word) => /[A-Z]{2,}/.test(word));
}

function commandsOf(sentence: string): RemedyCommand[] {
  const words = sentence.split(' ');
  const found = new Map<string, RemedyCommand>();
  for (let at = 0; at < words.length; at++) {
    const program = bare(words[at]!);
    const shell = lookUp(PROGRAMS, program);
    const own = shell ?? lookUp(CYRADM, program);
    if (own === undefined || endsPhrase(words[at]!)) continue;
    const argv = [program];
    let end = at;
    while (end + 1 < words.length && !(end > at && endsPhrase(words[end]!))) {
      const word = bare(words[end + 1]!);
      if (words[end + 1]!.startsWith('(') || !(OPTION.test(word) || OPERAND.test(word) || own.includes(word))) break;
      argv.push(word);
      end += 1;
    }
    const before = words[at - 1] ?? '';
    if (isWhole(argv, /^run$/i.test(before) || before.endsWith(':'))) {
      const isToRun = words.slice(0, at).some((word) => /^run$/i.test(bare(word)));
      found.set(argv.join(' '), { words: argv.join(' '), prompt: shell === undefined ? 'cyradm' : 'shell', isToRun });
    }
    at = end;
  }
  return [...found.values()];
}

/** A program's name alone, or with an option that lacks its value, is talk about it and no command. */
function isWhole(argv: readonly string[], isAskedFor: boolean): boolean {
  const last = argv.at(-1)!;
  if (OPERAND.test(last) || last === 'x') return !/^[<>]$/.test(last);
  if (argv.slice(1).some((word) => OPERAND.test(word) || word === 'long' || word === 'show')) return true;
  return isAskedFor && OPTION.test(last) && !(OPEN_OPTION.test(last) && last !== '-f');
}

const lookUp = (table: Readonly<Record<string, readonly string[]>>, name: string): readonly string[] | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
const bare = (word: string): string => word.replace(/^\(/, '').replace(/[,;:.)]+$/, '');
const endsPhrase = (word: string): boolean => /[,;:.)]$/.test(word);
