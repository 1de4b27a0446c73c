import type { AuditOptions, AuditProgress } from '../run/audit.js';
import type { TerminalOptions } from './terminal.js';

/** A progress bar on stderr where that is a terminal, and a line of it for whoever sends SIGUSR1. */
export interface Progress {
  readonly onProgress: NonNullable<AuditOptions['onProgress']>;
  stop(): void;
}

const STATUS_SIGNAL = 'SIGUSR1';

/** How far an audit has come. @param seconds since it began */
export function statusLine({ mailboxesDone, mailboxesTotal, records }: AuditProgress, seconds: number): string {
  const left = mailboxesTotal - mailboxesDone;
  const estimate = mailboxesDone === 0 ? '' : `, about ${String(Math.ceil((seconds * left) / mailboxesDone))} s left`;
  const rate = seconds > 0 ? Math.round(records / seconds) : 0;
  const done = `${String(mailboxesDone)} of ${String(mailboxesTotal)} mailboxes`;
  return `cyraudit: ${done}, ${String(rate)} records/s, ${String(Math.round(seconds))} s${estimate}\n`;
}

export async function startProgress(options: TerminalOptions & { readonly quiet?: boolean }): Promise<Progress> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  let latest: AuditProgress = { mailboxesDone: 0, mailboxesTotal: 0, records: 0 };
  const tell = (): void => void process.stderr.write(statusLine(latest, seconds()));
  process.on(STATUS_SIGNAL, tell);
  const bar = await startBar(options);
  return {
    onProgress: (progress) => {
      latest = progress;
      bar?.update(progress, seconds());
    },
    stop: () => {
      process.off(STATUS_SIGNAL, tell);
      bar?.stop();
    },
  };
}

interface Bar {
  update(progress: AuditProgress, seconds: number): void;
  stop(): void;
}

async function startBar(options: TerminalOptions & { readonly quiet?: boolean }): Promise<Bar | undefined> {
  const wanted = options.progress ?? options.quiet !== true;
  if (!wanted || !process.stderr.isTTY) return undefined;
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    format: '{bar} {value}/{total} mailboxes, {rate} records/s, {eta_formatted} left',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    fps: 5,
    etaBuffer: 200,
  });
  bar.start(1, 0, { rate: '-' });
  return {
    update: ({ mailboxesDone, mailboxesTotal, records }, seconds) => {
      bar.setTotal(Math.max(1, mailboxesTotal));
      bar.update(mailboxesDone, { rate: seconds > 0 ? Math.round(records / seconds) : '-' });
    },
    stop: () => bar.stop(),
  };
}
