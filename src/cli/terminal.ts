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

/** Writes to stdout and waits until it is out; a reader that has gone away is no error. */
export const writeStdout = (text: string): Promise<void> => writeTo(process.stdout, text);

/** The same for stderr. */
export const writeStderr = (text: string): Promise<void> => writeTo(process.stderr, text);

function writeTo(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EPIPE') resolve();
      else reject(error);
    };
    stream.once('error', onError);
    stream.write(text, (error) => {
      // On failure 'error' is emitted as well, after this.
      if (error === null || error === undefined) {
        stream.off('error', onError);
        resolve();
      }
    });
  });
}
