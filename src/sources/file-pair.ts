import { closeSync, fstatSync } from 'node:fs';
import { openReadOnly, readFully } from './read-only-file.js';
import type { MayUse } from './server-access.js';

/** Two files of one length, read side by side. */
export interface FilePair {
  /** Of each, when they were opened. Unit: bytes. */
  readonly size: number;
  /**
   * Puts a part of both at the beginning of their buffers; false when one of them ends before it.
   * @throws the system's error
   */
  read(position: number, length: number): boolean;
  close(): void;
}

/**
 * undefined when one of both cannot be opened, may not be used or is not a regular file, or has another length: for a first
 * look.
 */
export function openFilePair(
  { master, replica }: Readonly<Record<'master' | 'replica', string>>,
  buffers: Readonly<Record<'master' | 'replica', Buffer>>,
  mayUse: Readonly<Record<'master' | 'replica', MayUse>>,
): FilePair | undefined {
  const fds: number[] = [];
  const close = (): void => {
    for (const fd of fds) closeSync(fd);
  };
  try {
    for (const path of [master, replica]) fds.push(openReadOnly(path));
    const [m, r] = fds.map((fd) => fstatSync(fd));
    const areUsed = mayUse.master?.(m!) !== false && mayUse.replica?.(r!) !== false;
    if (areUsed && m!.isFile() && r!.isFile() && m!.size === r!.size) {
      const read = (position: number, length: number): boolean =>
        readFully(fds[0]!, buffers.master, 0, length, position) === length &&
        readFully(fds[1]!, buffers.replica, 0, length, position) === length;
      return { size: m!.size, read, close };
    }
  } catch {
    // Whoever opens it again says why.
  }
  close();
  return undefined;
}
