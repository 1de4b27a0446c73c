import { acceptFindings } from '../accept/accept-findings.js';
import { compareBaseline, refuseOtherAudit, type AuditScope } from '../accept/compare-baseline.js';
import { setAttention } from '../accept/set-attention.js';
import { catalogue } from '../findings/catalogue.js';
import type { AcceptEntry, AcceptFile } from '../generated/accept.js';
import type { Report } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import { makeValidator, readJson } from './read-json.js';
import { readReport } from './read-report.js';
import { readSchema } from './report-schema.js';

export interface KnownFindingsOptions {
  readonly accept?: readonly string[];
  readonly baseline?: string;
}

/**
 * Reads what --accept and --baseline name, and gives what they make of a report.
 * @param scope of the audit, which that of the baseline must be
 */
export function knownFindings(
  { accept = [], baseline: path }: KnownFindingsOptions,
  scope: AuditScope,
): (report: Report) => Report {
  const entries = accept.flatMap(readAccepted);
  const baseline = path === undefined ? undefined : readReport(path);
  if (baseline !== undefined) refuseOtherAudit(scope, baseline, path!);
  return (report) => {
    const marked = accept.length === 0 ? report : acceptFindings(report, entries);
    const compared = baseline === undefined ? marked : compareBaseline(marked, baseline);
    return setAttention(withFiles(compared, accept, path), baseline);
  };
}

/** With the names of the files, so that the command can be given again. */
function withFiles(report: Report, files: readonly string[], file: string | undefined): Report {
  const { acceptance, baseline } = report;
  return {
    ...report,
    ...(acceptance === undefined ? {} : { acceptance: { files: [...files], ...acceptance } }),
    ...(baseline === undefined || file === undefined ? {} : { baseline: { file, ...baseline } }),
  };
}

function readAccepted(path: string): readonly AcceptEntry[] {
  const advice = 'schemas/accept.schema.json tells what the file holds; `cyraudit explain` lists the codes.';
  const message = (problem: string): string => `--accept ${path}: ${problem}`;
  const { accepted } = readJson(path, {
    what: 'a list of accepted findings',
    code: 'usage',
    advice,
    adviceToRead: 'Name the file that lists them.',
    validate: makeValidator(readSchema('accept'), 'file'),
    message,
  }) as AcceptFile;
  const wrong = (problem: string): AuditError => new AuditError('usage', message(problem), advice);
  for (const [i, { code }] of accepted.entries()) {
    const known = catalogue.get(code);
    if (known === undefined) throw wrong(`accepted/${i}: no finding is called ${code}`);
    if (known.class === 'halt') throw wrong(`accepted/${i}: ${code} is of class halt, which cannot be accepted`);
  }
  return accepted;
}
