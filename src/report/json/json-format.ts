import type { Report } from '../../generated/report.js';
import type { ReportFormat } from '../report-format.js';

/** The keys of the schema in the order of reading; others (facts, counts by code) follow by name. */
const KEY_ORDER = [
  'schemaVersion',
  'tool',
  'name',
  'version',
  'command',
  'level',
  'selection',
  'startedAt',
  'finishedAt',
  'durations',
  'verdict',
  'complete',
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
  'maxLost',
  'subset',
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
  'unaudited',
];
const RANK = new Map(KEY_ORDER.map((key, rank) => [key, rank]));

function compareKeys(a: string, b: string): number {
  const byRank = (RANK.get(a) ?? KEY_ORDER.length) - (RANK.get(b) ?? KEY_ORDER.length);
  if (byRank !== 0) return byRank;
  return a < b ? -1 : Number(a > b);
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compareKeys(a, b)));
}

/** The same report gives the same bytes, in whatever order its objects were put together. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, inOrder, 2)}\n`;
}

export const jsonFormat: ReportFormat = {
  name: 'json',
  description: 'the whole report, as defined by schemas/report.schema.json',
  render: renderJson,
};
