import type { Report, ReportSide } from '../generated/report.js';
import { printable } from './printable.js';

/** The command that was given, as far as the report knows it, for a shell. */
export function commandLine({
  command,
  configFile,
  level,
  maxLost = 0,
  subset,
  hashedSince,
  recheck,
  sides,
  selection = {},
  acceptance,
  baseline,
}: Report): string {
  const words = ['cyraudit', command, ...sides.map(sideWord)];
  for (const side of sides) words.push(...sideOptions(side));
  if (level !== 'files') words.push('--level', level);
  if (maxLost > 0) words.push('--max-lost', String(maxLost));
  if (subset !== undefined) words.push('--subset', `${subset.part}/${subset.of}`);
  if (hashedSince !== undefined) words.push('--hash-since', hashedSince.time);
  if (recheck !== undefined)
    words.push('--recheck', String(recheck.looks), '--recheck-delay', String(recheck.delaySeconds));
  for (const [option, globs] of [
    ['--user', selection.users],
    ['--mailbox', selection.mailboxes],
    ['--partition', selection.partitions],
  ] as const)
    for (const glob of globs ?? []) words.push(option, typed(glob, 'GLOB'));
  for (const file of acceptance?.files ?? []) words.push('--accept', typed(pathWord(file), 'FILE'));
  if (baseline?.file !== undefined) words.push('--baseline', typed(pathWord(baseline.file), 'FILE'));
  // That one is read by itself.
  if (configFile !== undefined && configFile !== USUAL_CONFIG)
    words.push('--config', typed(pathWord(configFile), 'FILE'));
  return words.join(' ');
}

/** Where a configuration file is that nobody names. */
const USUAL_CONFIG = '/etc/cyraudit.toml';

const SIDE_WORDS = { master: 'MASTER', replica: 'REPLICA', single: 'SIDE' } as const;

/** By its name in the configuration file it is taken with its root and engine. */
const sideWord = ({ name, source, role }: ReportSide): string => typed(pathWord(name ?? source), SIDE_WORDS[role]);

function sideOptions({ role, name, root, replicatesAs }: ReportSide): string[] {
  if (name !== undefined) return [];
  const prefix = { master: '--master-', replica: '--replica-', single: '--' }[role];
  return [
    ...(root === undefined ? [] : [`${prefix}root`, typed(pathWord(root), 'DIR')]),
    ...(replicatesAs?.from === 'given'
      ? [role === 'replica' ? '--replica-engine' : '--engine', replicatesAs.version]
      : []),
  ];
}

/** A path that no program takes for an option. */
const pathWord = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

/** A word of a command, or what stands for it where nobody could type it. */
const typed = (word: string, placeholder: string): string => (printable(word) === word ? shellWord(word) : placeholder);

/** A word that a POSIX shell hands on as it is. */
export function shellWord(word: string): string {
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
