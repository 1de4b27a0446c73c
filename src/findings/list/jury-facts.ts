import type { Vote, Witness, WitnessName } from './list-subject.js';

/** The witnesses and their votes; the lists go side by side. */
export interface JuryFacts {
  readonly witnesses: readonly string[];
  readonly votes: readonly string[];
  readonly counts: readonly number[];
  /** Up to three names for each witness, separated by blanks. */
  readonly examples: readonly string[];
}

export const JURY_EXAMPLE = {
  witnesses: ['database-structure', 'directories-against-rows', 'other-side', 'pending-logs'],
  votes: ['trusted', 'doubtful', 'doubtful', 'silent'],
  counts: [0, 1, 1, 0],
  examples: ['', 'user.fred.Old', 'user.fred.Old', ''],
};

const WORDS: Readonly<Record<WitnessName, string>> = {
  'database-structure': 'structure and checksums of the database',
  'rows-against-rows': 'rows of the list against each other (names, uniqueids, INBOX)',
  'rows-against-headers': 'rows against cyrus.header',
  'rows-against-directories': 'rows against the directories on disk',
  'directories-against-rows': 'directories on disk against the rows',
  'other-side': "the other side's list",
  'pending-logs': 'pending sync logs',
};

const VOTES: Readonly<Record<Vote, string>> = {
  trusted: 'for the list',
  doubtful: 'doubts the list',
  broken: 'against the list',
  silent: 'says nothing',
};

const word = (words: Readonly<Record<string, string>>, key: string): string => words[key] ?? key;

export function juryFacts(witnesses: readonly Witness[]): JuryFacts {
  return {
    witnesses: witnesses.map(({ name }) => name),
    votes: witnesses.map(({ vote }) => vote),
    counts: witnesses.map(({ count }) => count),
    examples: witnesses.map(({ examples }) => examples.join(' ')),
  };
}

/** `2 of 6 witnesses speak against the list of the master`. */
export function juryMessage({ votes }: JuryFacts): string {
  const speaking = votes.filter((vote) => vote !== 'silent').length;
  const against = votes.filter((vote) => vote === 'broken' || vote === 'doubtful').length;
  return `${String(against)} of the ${String(speaking)} witnesses that could be heard ${against === 1 ? 'speaks' : 'speak'} against the list`;
}

/** One line for each witness. */
export function juryDetails({ witnesses, votes, counts, examples }: JuryFacts): string[] {
  const width = Math.max(...Object.values(VOTES).map(({ length }) => length));
  return witnesses.map((name, i) => {
    const count = counts[i] ?? 0;
    const names = examples[i] ?? '';
    const what = count === 0 ? '' : `: ${String(count)}${names === '' ? '' : ` (${names}${count > 3 ? ' ...' : ''})`}`;
    return `${word(VOTES, votes[i] ?? '').padEnd(width)}  ${word(WORDS, name)}${what}`;
  });
}
