import { closeSync, fsync, openSync, readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { promisify } from 'node:util';
import { AuditError } from '../model/audit-error.js';
import { systemErrorWords } from '../sources/system-error.js';

/** Where a message was put. */
export interface Placed {
  readonly mailbox: string;
  readonly uidvalidity: string;
  readonly uid: number;
}

interface Line extends Partial<Placed> {
  readonly state: 'intent' | 'done';
  /** The same manifest may be put into another server, for a rehearsal. */
  readonly server: string;
  readonly account: string;
  readonly guid: string;
}

/** What is remembered of a message that was put back. */
export type PlacedBefore = Pick<Placed, 'mailbox' | 'uidvalidity'>;

/** More than any line has. Unit: characters. */
const MAX_LINE = 64 * 1024;
const CHUNK = 64 * 1024;

const keyOf = (account: string, guid: string): string => `${account} ${guid}`;

/**
 * What has been put back: a line before a message is sent, and one behind, each on disk before the next step. A run that
 * was broken off goes on from it. Lines of other servers are passed over.
 */
export class Journal {
  private readonly done = new Map<string, PlacedBefore>();
  private readonly open = new Set<string>();
  /** One of a kind: thousands of messages share a mailbox. */
  private readonly mailboxes = new Map<string, PlacedBefore>();
  private endsInLine = true;
  private waiting: string[] = [];
  /** The write that takes what is waiting, and the last one that was begun. */
  private next: Promise<void> | undefined;
  private last = Promise.resolve();

  private constructor(
    readonly path: string,
    private readonly server: string,
    private readonly fd: number | undefined,
  ) {}

  /**
   * @param server host and port
   * @param isReadOnly for a plan: nothing is written
   */
  static open(path: string, server: string, isReadOnly: boolean): Journal {
    try {
      const before = openExisting(path);
      try {
        const lines = before === undefined ? [] : readLines(before);
        const journal = new Journal(path, server, isReadOnly ? undefined : openSync(path, 'a', 0o600));
        try {
          journal.read(lines);
        } catch (error) {
          journal.close();
          throw error;
        }
        return journal;
      } finally {
        if (before !== undefined) closeSync(before);
      }
    } catch (cause) {
      if (cause instanceof AuditError) throw cause;
      throw unusableJournal(path, cause);
    }
  }

  placed(account: string, guid: string): PlacedBefore | undefined {
    return this.done.get(keyOf(account, guid));
  }

  /** True when a message of this account was sent and nothing is known of it. */
  hasOpen(account: string): boolean {
    for (const key of this.open) if (key.startsWith(`${account} `)) return true;
    return false;
  }

  /** @param before what was done since, and is not written yet: both go to disk at once */
  intend(account: string, guid: string, before: readonly string[]): Promise<void> {
    this.open.add(keyOf(account, guid));
    return this.append([...before, this.line({ state: 'intent', account, guid })]);
  }

  /** Takes note; the line is for `intend` or `write`. */
  finish(account: string, guid: string, placed: Placed): string {
    this.remember(keyOf(account, guid), placed);
    return this.line({ state: 'done', account, guid, ...placed });
  }

  async write(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.append(lines);
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
  }

  private remember(key: string, { mailbox, uidvalidity }: PlacedBefore): void {
    const at = `${uidvalidity} ${mailbox}`;
    let shared = this.mailboxes.get(at);
    if (shared === undefined) this.mailboxes.set(at, (shared = { mailbox, uidvalidity }));
    this.open.delete(key);
    this.done.set(key, shared);
  }

  private line(line: Omit<Line, 'server'>): string {
    const { state, ...rest } = line;
    return `${JSON.stringify({ state, server: this.server, ...rest })}\n`;
  }

  /** What comes while the disk is at work goes there together: one wait then serves all connections. */
  private append(lines: readonly string[]): Promise<void> {
    if (this.fd === undefined) return Promise.resolve();
    const { fd } = this;
    this.waiting.push(...lines);
    this.next ??= this.last = this.last.then(() => this.writeWaiting(fd));
    return this.next;
  }

  private async writeWaiting(fd: number): Promise<void> {
    this.next = undefined;
    const bytes = Buffer.from((this.endsInLine ? '' : '\n') + this.waiting.splice(0).join(''));
    this.endsInLine = true;
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
      await promisify(fsync)(fd);
    } catch (cause) {
      throw new AuditError(
        'io',
        `${this.path}: expected to write what is put back, found ${systemErrorWords(cause)}`,
        'Make room, and run it again: it goes on from the journal.',
        { cause },
      );
    }
  }

  /** The last line may be half of one. Any other that is none is not ours. */
  private read(lines: Iterable<JournalLine>): void {
    let n = 0;
    for (const { text, isWhole } of lines) {
      n++;
      this.endsInLine = isWhole;
      const read = isWhole ? parseLine(text) : undefined;
      if (read === undefined) {
        // The half line of a run that was broken off, which a later one has ended.
        if ((text.startsWith('{') && text.length < MAX_LINE) || text === '') continue;
        throw new AuditError(
          'report-invalid',
          `${this.path}:${String(n)}: expected a line of a journal of reinject, found ${JSON.stringify(text.slice(0, 40))}`,
          'Name another file with --journal.',
        );
      }
      if (read.server !== this.server) continue;
      const key = keyOf(read.account, read.guid);
      const { mailbox = '', uidvalidity = '' } = read;
      if (read.state === 'intent') this.open.add(key);
      else this.remember(key, { mailbox, uidvalidity });
    }
  }
}

export const unusableJournal = (path: string, cause: unknown): AuditError =>
  new AuditError(
    'io',
    `--journal ${path}: expected a file, found ${systemErrorWords(cause)}`,
    'Name a file that may be read and written.',
    {
      cause,
    },
  );

interface JournalLine {
  readonly text: string;
  /** False for what stands behind the last line feed. */
  readonly isWhole: boolean;
}

function openExisting(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** No line is longer than MAX_LINE: of a file without line feeds that much is given. */
function* readLines(fd: number): Generator<JournalLine> {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.allocUnsafe(CHUNK);
  let rest = '';
  for (let got = readSync(fd, buffer); got > 0 && rest.length < MAX_LINE; got = readSync(fd, buffer)) {
    const lines = (rest + decoder.write(buffer.subarray(0, got))).split('\n');
    rest = lines.pop()!;
    for (const text of lines) yield { text, isWhole: true };
  }
  if (rest !== '') yield { text: rest, isWhole: false };
}

function parseLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Partial<Line> | null;
    const strings = [line?.server, line?.account, line?.guid, line?.mailbox ?? '', line?.uidvalidity ?? ''];
    const isLine = strings.every((value) => typeof value === 'string');
    return isLine && (line?.state === 'intent' || line?.state === 'done') ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
