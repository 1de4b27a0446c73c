import type { Report } from '../generated/report.js';
import { printable } from './printable.js';

/** The command that was given, as far as the report knows it, for a shell. */
export function commandLine({ command, level, maxLost = 0, subset, recheck, sides, selection = {} }: Report): string {
  const words = ['cyraudit', command, ...sides.map(({ source }) => source)];
  if (level !== 'files') words.push('--level', level);
  if (maxLost > 0) words.push('--max-lost', String(maxLost));
  if (subset !== undefined) words.push('--subset', `${subset.part}/${subset.of}`);
  if (recheck !== undefined)
    words.push('--recheck', String(recheck.looks), '--recheck-delay', String(recheck.delaySeconds));
  for (const [option, globs] of [
    ['--user', selection.users],
    ['--mailbox', selection.mailboxes],
    ['--partition', selection.partitions],
  ] as const)
    for (const glob of globs ?? []) words.push(option, glob);
  return words.map(shellWord).join(' ');
}

export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${printable(word).replaceAll("'", `'\\''`)}'`;
}
