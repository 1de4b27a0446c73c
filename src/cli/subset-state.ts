import { existsSync } from 'node:fs';
import type { Subset } from '../run/audit.js';
import { makeValidator, readJson } from './read-json.js';
import { writeReportFile } from './report-target.js';

/** When each part was last hashed: RFC 3339, by number. A file of another number of parts starts anew. */
interface SubsetState {
  readonly of: number;
  readonly hashed: Readonly<Record<string, string>>;
}

/** It is a file of cyraudit's own, which nobody else reads: not worth a schema of its own. */
const SCHEMA = {
  type: 'object',
  required: ['of', 'hashed'],
  additionalProperties: false,
  properties: {
    of: { type: 'integer', minimum: 1 },
    hashed: { type: 'object', additionalProperties: { type: 'string', format: 'date-time' } },
  },
};

function readState(file: string, of: number): SubsetState {
  const anew: SubsetState = { of, hashed: {} };
  if (!existsSync(file)) return anew;
  const what = 'what an earlier run has written';
  const state = readJson(file, {
    what: `${what} for --subset-state`,
    code: 'usage',
    advice: 'Remove the file to begin with the first part, or name another one with --subset-state.',
    adviceToRead: 'Name a file with --subset-state that may be read and written.',
    validate: makeValidator(SCHEMA, 'file'),
    message: (problem) => `${file}: expected ${what} for --subset-state: ${problem}`,
  }) as SubsetState;
  return state.of === of ? state : anew;
}

/** The part that was not hashed for longest; from that of `subset` on among those that never were. */
export function dueSubset(file: string, { part: first, of }: Subset): Subset {
  const { hashed } = readState(file, of);
  const parts = Array.from({ length: of }, (_, n) => ((first - 1 + n) % of) + 1);
  const since = (part: number): number => Date.parse(hashed[String(part)] ?? '1970-01-01T00:00:00Z');
  return { part: parts.reduce((due, part) => (since(part) < since(due) ? part : due)), of };
}

/** Notes that a part was hashed. */
export function noteSubset(file: string, { part, of }: Subset, at: Date): void {
  const { hashed } = readState(file, of);
  const state: SubsetState = { of, hashed: { ...hashed, [String(part)]: at.toISOString() } };
  writeReportFile(file, `${JSON.stringify(state, null, 2)}\n`);
}
