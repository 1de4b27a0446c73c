import { statSync } from 'node:fs';
import type { FormatFault } from '../model/fault.js';

/** What a server does with a file or a directory, as bits of a mode. */
export const READ = 4;
export const READ_WRITE = 6;
/** To get at what is in a directory. */
export const SEARCH = 1;
/** To make files in it as well. */
export const ALL = 7;

/** Of a file as fstat tells it. */
interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** Whether the server may use a file; undefined = whom it runs as is not known. */
export type MayUse = ((stat: Owned) => boolean) | undefined;

/** What the system shows for an owner that it cannot name: of a file server, or outside a container. */
const NOBODY = 65534;

/** What the user that a server runs as may do with its files. */
export class ServerAccess {
  private constructor(
    private readonly uid: number,
    private readonly gid: number,
  ) {}

  /**
   * Whoever owns configdirectory is the user that the server runs as. undefined = that cannot be told, or there is nothing
   * to tell: root may do everything, and a copy in which not even the owner may write is no running server.
   * The groups of that user beyond the one of configdirectory are not known and count as none.
   */
  static of(configDirectory: string): ServerAccess | undefined {
    const stat = statOf(configDirectory);
    if (stat === undefined || stat.uid === 0 || stat.uid === NOBODY) return undefined;
    return ((stat.mode >> 6) & ALL) === ALL ? new ServerAccess(stat.uid, stat.gid) : undefined;
  }

  readonly mayRead = (stat: Owned): boolean => this.allows(stat, READ);
  readonly mayWrite = (stat: Owned): boolean => this.allows(stat, READ_WRITE);

  /** @param needed bits such as READ */
  private allows({ uid, gid, mode }: Owned, needed: number): boolean {
    if (uid === NOBODY) return true;
    const shift = uid === this.uid ? 6 : gid === this.gid ? 3 : 0;
    return ((mode >> shift) & needed) === needed;
  }

  /** What keeps the server from using what is there; nothing is said of what is not, or cannot be looked at. */
  fault(code: 'no-access' | 'no-append', path: string, needed: number): FormatFault | undefined {
    const stat = statOf(path);
    if (stat === undefined || this.allows(stat, needed)) return undefined;
    return {
      code,
      file: path,
      expected: `${wordsOf(needed, stat.isDirectory())} for uid ${String(this.uid)}, gid ${String(this.gid)}`,
      actual: describeOwner(stat),
    };
  }

  /** The same of several. */
  *faults(code: 'no-access' | 'no-append', paths: Iterable<string>, needed: number): Generator<FormatFault> {
    for (const path of paths) {
      const fault = this.fault(code, path, needed);
      if (fault !== undefined) yield fault;
    }
  }
}

/** Such as `mode 0644 of uid 0, gid 0`. */
export const describeOwner = ({ uid, gid, mode }: Owned): string =>
  `mode ${(mode & 0o7777).toString(8).padStart(4, '0')} of uid ${String(uid)}, gid ${String(gid)}`;

function wordsOf(needed: number, isDirectory: boolean): string {
  const words = [
    ...((needed & 4) === 0 ? [] : ['read']),
    ...((needed & 2) === 0 ? [] : ['write']),
    ...((needed & 1) === 0 ? [] : [isDirectory ? 'search' : 'execute']),
  ];
  return words.join(' and ');
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Whoever reads it says why it cannot be reached.
    return undefined;
  }
}
