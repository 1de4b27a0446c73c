/** What can be wrong with a call or its set-up. Damaged data is never one of these: it is a `FormatFault`. */
export type AuditErrorCode =
  | 'conf-missing'
  | 'conf-unreadable'
  | 'conf-invalid'
  | 'side-empty'
  | 'same-side'
  | 'usage'
  | 'config-invalid'
  | 'report-unwritable'
  | 'report-invalid'
  | 'not-a-file'
  | 'io';

/** A bad call or set-up. cli/main.ts prints `message` and `advice` in one line and leaves with status 3. */
export class AuditError extends Error {
  override readonly name = 'AuditError';

  constructor(
    readonly code: AuditErrorCode,
    /** Names the file, what was expected there and what was found. */
    message: string,
    /** What the administrator does next. */
    readonly advice: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** For a report: what the system refused in one line, a bug with all that helps to find it. */
export function whatFailed(error: unknown): string {
  if (error instanceof AuditError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
