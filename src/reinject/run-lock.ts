import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, statSync, type BigIntStats } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { AuditError } from '../model/audit-error.js';
import { unusableJournal } from './journal.js';

/** For another run to say who it is. Unit: ms. */
const ANSWER_TIME = 1000;
/** Digits of a process number. */
const PID = /^\d{1,10}$/;

/**
 * Keeps other runs of reinject on this machine away while this one lasts: from its journal, and from the manifest on the
 * same server, whatever journal they have. A lock is the name of an abstract socket: the system gives it to one process,
 * and takes it back when that ends, however it ends, so that none is ever stale (unix(7)). Only Linux has them; elsewhere
 * nothing is locked.
 */
export class RunLock {
  private readonly held: Server[] = [];

  private constructor() {}

  /** @throws AuditError when another run is at work, or the journal cannot be written */
  static async hold(journal: string, manifest: string, server: string): Promise<RunLock> {
    const lock = new RunLock();
    if (process.platform !== 'linux') return lock;
    try {
      await lock.add(`journal ${identityOf(makeJournal(journal))}`, `is writing to ${journal}`);
      // Whoever reads it says what is wrong with a manifest.
      const stat = statSync(manifest, { bigint: true, throwIfNoEntry: false });
      if (stat !== undefined)
        await lock.add(`manifest ${identityOf(stat)} ${server}`, `is putting ${manifest} into ${server}`);
      return lock;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  release(): void {
    for (const server of this.held) server.close();
  }

  private async add(what: string, doing: string): Promise<void> {
    const name = `\0cyraudit-reinject-${createHash('sha1').update(what).digest('hex')}`;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(String(process.pid));
    });
    const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen(name, () => {
        resolve(undefined);
      });
    });
    if (problem === undefined) {
      this.held.push(server.unref());
      return;
    }
    if (problem.code !== 'EADDRINUSE') throw problem;
    const pid = await askHolder(name);
    throw new AuditError(
      'usage',
      `another run of reinject${pid === undefined ? '' : `, process ${pid},`} ${doing}`,
      'Wait for its end, and run it again: it goes on from the journal.',
    );
  }
}

/** By whatever path or mount. */
const identityOf = ({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string => `${String(dev)} ${String(ino)}`;

function makeJournal(path: string): BigIntStats {
  try {
    const fd = openSync(path, 'a', 0o600);
    try {
      return fstatSync(fd, { bigint: true });
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw unusableJournal(path, cause);
  }
}

/** The process that holds a lock, as it says itself. */
function askHolder(name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(name);
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(PID.test(text) ? text : undefined);
    };
    const timer = setTimeout(end, ANSWER_TIME);
    socket.setEncoding('latin1').on('data', (data: string) => {
      text += data;
      if (text.length > 10) end();
    });
    socket.on('end', end).on('error', end);
  });
}
