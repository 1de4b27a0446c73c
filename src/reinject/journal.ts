import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { AuditError } from '../model/audit-error.js';

/** Where a message was put. */
export interface Placed {
  readonly mailbox: string;
  readonly uidvalidity: string;
  readonly uid: number;
}

interface Line extends Partial<Placed> {
  readonly state: 'intent' | 'done';
  readonly account: string;
  readonly guid: string;
}

const keyOf = (account: string, guid: string): string => `${account} ${guid}`;

/**
 * What has been put back: a line before a message is sent, and one behind, each on disk before the next step. A run that
 * was broken off goes on from it.
 */
export class Journal {
  private readonly done = new Map<string, Placed>();
  private readonly open = new Set<string>();
  private endsInLine = true;

  private constructor(
    readonly path: string,
    private readonly fd: number | undefined,
  ) {}

  /** @param isReadOnly for a plan: nothing is written */
  static open(path: string, isReadOnly: boolean): Journal {
    try {
      let text = '';
      try {
        text = readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
      const journal = new Journal(path, isReadOnly ? undefined : openSync(path, 'a', 0o600));
      journal.read(text);
      return journal;
    } catch (cause) {
      if (cause instanceof AuditError) throw cause;
      throw new AuditError(
        'io',
        `--journal ${path}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
        'Name a file that may be read and written.',
        { cause },
      );
    }
  }

  placed(account: string, guid: string): Placed | undefined {
    return this.done.get(keyOf(account, guid));
  }

  /** True when a message of this account was sent and nothing is known of it. */
  hasOpen(account: string): boolean {
    for (const key of this.open) if (key.startsWith(`${account} `)) return true;
    return false;
  }

  /** @param before what was done since, and is not written yet: both go to disk at once */
  intend(account: string, guid: string, before: readonly string[]): void {
    this.append([...before, this.line({ state: 'intent', account, guid })]);
    this.open.add(keyOf(account, guid));
  }

  /** Takes note; the line is for `intend` or `write`. */
  finish(account: string, guid: string, placed: Placed): string {
    const { mailbox, uidvalidity, uid } = placed;
    this.open.delete(keyOf(account, guid));
    this.done.set(keyOf(account, guid), placed);
    return this.line({ state: 'done', account, guid, mailbox, uidvalidity, uid });
  }

  write(lines: readonly string[]): void {
    if (lines.length > 0) this.append(lines);
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
  }

  private line(line: Line): string {
    return `${JSON.stringify(line)}\n`;
  }

  private append(lines: readonly string[]): void {
    if (this.fd === undefined) return;
    const bytes = Buffer.from((this.endsInLine ? '' : '\n') + lines.join(''));
    this.endsInLine = true;
    for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
    fsyncSync(this.fd);
  }

  /** The last line may be half of one. Any other that is none is not ours. */
  private read(text: string): void {
    const lines = text.split('\n');
    this.endsInLine = lines.pop() === '';
    for (const [n, line] of lines.entries()) {
      const read = parseLine(line);
      if (read === undefined) {
        // The half line of a run that was broken off, which a later one has ended.
        if (line.startsWith('{') || line === '') continue;
        throw new AuditError(
          'report-invalid',
          `${this.path}:${String(n + 1)}: expected a line of a journal of reinject, found ${JSON.stringify(line.slice(0, 40))}`,
          'Name another file with --journal.',
        );
      }
      const key = keyOf(read.account, read.guid);
      if (read.state === 'intent') this.open.add(key);
      else {
        this.open.delete(key);
        const { mailbox = '', uidvalidity = '', uid = 0 } = read;
        this.done.set(key, { mailbox, uidvalidity, uid });
      }
    }
  }
}

function parseLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Partial<Line> | null;
    const isLine = typeof line?.account === 'string' && typeof line.guid === 'string';
    return isLine && (line.state === 'intent' || line.state === 'done') ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
