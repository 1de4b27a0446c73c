import { readFileSync } from 'node:fs';
import { AuditError } from '../model/audit-error.js';
import type { Subset } from '../run/audit.js';
import { writeReportFile } from './report-target.js';

/** When each part was last hashed: RFC 3339, by number. A file of another number of parts starts anew. */
interface SubsetState {
  readonly of: number;
  readonly hashed: Readonly<Record<string, string>>;
}

function readState(file: string, of: number): SubsetState {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { of, hashed: {} };
    throw new AuditError('usage', `--subset-state ${file}: ${code}`, 'Name a file that may be read and written.');
  }
  const state = parseState(text);
  if (state === undefined)
    throw new AuditError(
      'usage',
      `--subset-state ${file}: expected what an earlier run has written`,
      'Remove the file to begin with the first part, or name another one.',
    );
  return state.of === of ? state : { of, hashed: {} };
}

function parseState(text: string): SubsetState | undefined {
  try {
    const state = JSON.parse(text) as Partial<SubsetState> | null;
    const times = Object.values(state?.hashed ?? { none: '' });
    const isWhole = typeof state?.of === 'number' && times.every((time) => !Number.isNaN(Date.parse(time)));
    return isWhole ? (state as SubsetState) : undefined;
  } catch {
    return undefined;
  }
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
