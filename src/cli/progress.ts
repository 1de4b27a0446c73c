import type { AuditOptions } from '../run/audit.js';
import type { TerminalOptions } from './terminal.js';

/** A progress bar on stderr, or nothing where stderr is not a terminal. */
export interface Progress {
  readonly onProgress?: NonNullable<AuditOptions['onProgress']>;
  stop(): void;
}

export async function startProgress(options: TerminalOptions & { readonly quiet?: boolean }): Promise<Progress> {
  const wanted = options.progress ?? options.quiet !== true;
  if (!wanted || !process.stderr.isTTY) return { stop: () => undefined };
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    format: '{bar} {value}/{total} mailboxes, {rate} records/s, {eta_formatted} left',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    fps: 5,
    etaBuffer: 200,
  });
  const started = performance.now();
  bar.start(1, 0, { rate: '-' });
  return {
    onProgress: ({ mailboxesDone, mailboxesTotal, records }) => {
      const seconds = (performance.now() - started) / 1000;
      bar.setTotal(Math.max(1, mailboxesTotal));
      bar.update(mailboxesDone, { rate: seconds > 0 ? Math.round(records / seconds) : '-' });
    },
    stop: () => bar.stop(),
  };
}
