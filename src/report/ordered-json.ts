import { escapeUnsafe, unicodeEscape } from './printable.js';

/** The keys of the schema in the order of reading; others (facts, counts by code) follow by name. */
const KEY_ORDER = [
  'kind',
  'schemaVersion',
  'tool',
  'name',
  'version',
  'command',
  'level',
  'configFile',
  'selection',
  'startedAt',
  'finishedAt',
  'durations',
  'verdict',
  'complete',
  'attention',
  'role',
  'source',
  'config',
  'what',
  'mboxname',
  'uniqueid',
  'userid',
  'code',
  'class',
  'side',
  'uid',
  'facts',
  'effects',
  'reason',
  'sides',
  'counts',
  'findingCap',
  'loweredCaps',
  'maxLost',
  'subset',
  'hashedSince',
  'time',
  'part',
  'of',
  'notHashed',
  'recheck',
  'looks',
  'delaySeconds',
  'settled',
  'clean',
  'safe',
  'admin',
  'halt',
  'findings',
  'notListed',
  'mailboxes',
  'users',
  'cleanUsers',
  'unaudited',
];
const RANK = new Map(KEY_ORDER.map((key, rank) => [key, rank]));

function compareKeys(a: string, b: string): number {
  const byRank = (RANK.get(a) ?? KEY_ORDER.length) - (RANK.get(b) ?? KEY_ORDER.length);
  if (byRank !== 0) return byRank;
  return a < b ? -1 : Number(a > b);
}

/** For JSON.stringify: every object with its keys in that order. */
export function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compareKeys(a, b)));
}

/** A copy with the keys of every object in that order. */
export function ordered<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, inOrder)) as T;
}

/** JSON in one line that means the same and holds no character that a terminal or a reader of lines could act on. */
export function safeJson(value: unknown): string {
  return escapeUnsafe(JSON.stringify(value), unicodeEscape);
}
