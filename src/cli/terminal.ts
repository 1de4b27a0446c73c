import { AuditError } from '../model/audit-error.js';
import { systemErrorWords } from '../sources/system-error.js';

/** What the caller asked for; undefined where the terminal decides. */
export interface TerminalOptions {
  readonly color?: boolean;
  readonly progress?: boolean;
}

/** Colours: as asked, else on a terminal that can show them, unless NO_COLOR (no-color.org) is set. */
export function useColor({ color }: TerminalOptions): boolean {
  if (color !== undefined) return color;
  return process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}

/** Columns for running text. Fixed where nobody looks, so that files do not depend on a window. */
export function textWidth(): number {
  if (!process.stdout.isTTY) return 100;
  const { columns } = process.stdout;
  // A terminal may not know.
  return columns > 0 ? Math.min(Math.max(columns, 40), 120) : 80;
}

/** How a report is shown on stdout: on a terminal no line is wider than it, if it can be broken. */
export function stdoutLook(options: TerminalOptions): {
  readonly color: boolean;
  readonly width: number;
  readonly columns?: number;
} {
  const width = textWidth();
  return { color: useColor(options), width, ...(process.stdout.isTTY ? { columns: width } : {}) };
}

/**
 * Writes to stdout, piece by piece when there are several, and waits until all is out. A reader that has gone away is no
 * error: what is left is not made.
 * @throws AuditError when the system takes no more, as on a full disk
 */
export const writeStdout = (text: string | Iterable<string>): Promise<void> =>
  writeTo(process.stdout, text, 'standard output');

/** The same for stderr. */
export const writeStderr = (text: string): Promise<void> => writeTo(process.stderr, text, 'standard error');

async function writeTo(stream: NodeJS.WriteStream, text: string | Iterable<string>, name: string): Promise<void> {
  for (const piece of typeof text === 'string' ? [text] : text) if (!(await isTaken(stream, piece, name))) return;
}

/** @returns false when nobody reads any more */
function isTaken(stream: NodeJS.WriteStream, piece: string, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EPIPE') resolve(false);
      else reject(refusedBy(name, error));
    };
    stream.once('error', onError);
    stream.write(piece, (error) => {
      // On failure 'error' is emitted as well, after this.
      if (error !== null && error !== undefined) return;
      stream.off('error', onError);
      resolve(true);
    });
  });
}

function refusedBy(name: string, cause: NodeJS.ErrnoException): Error {
  if (cause.syscall === undefined) return cause;
  return new AuditError(
    'report-unwritable',
    `${name}: expected a place that takes the whole output, found ${systemErrorWords(cause)}`,
    'Make room there, or send the output elsewhere.',
    { cause },
  );
}
