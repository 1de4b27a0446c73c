import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { realTarget, unwritable } from './report-target.js';

/** Characters that are handed to the system at a time. */
const CHUNK = 64 * 1024;

/** A report that is written while it is made: beside its place, and renamed when it is whole. */
export class StreamedFile {
  private pending = '';
  private isFinished = false;

  private constructor(
    private readonly name: string,
    private readonly fd: number,
    private readonly target: string,
    /** undefined = a device or a pipe, which is written to as it is. */
    private readonly temporary: string | undefined,
  ) {}

  /** Only its owner may read it: it tells of users' mail. */
  static create(file: string): StreamedFile {
    try {
      const target = realTarget(file);
      const stat = statSync(target, { throwIfNoEntry: false });
      if (stat !== undefined && !stat.isFile()) return new StreamedFile(file, openSync(target, 'w'), target, undefined);
      const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
      // Of a run that was killed under the same process number, as in a container.
      rmSync(temporary, { force: true });
      return new StreamedFile(file, openSync(temporary, 'wx', 0o600), target, temporary);
    } catch (cause) {
      throw unwritable(file, cause);
    }
  }

  write(text: string): void {
    this.pending += text;
    if (this.pending.length >= CHUNK) this.flush();
  }

  /** Puts it in its place. */
  finish(): void {
    this.flush();
    try {
      if (this.temporary !== undefined) {
        fsyncSync(this.fd);
        renameSync(this.temporary, this.target);
      }
      closeSync(this.fd);
    } catch (cause) {
      throw unwritable(this.name, cause);
    }
    this.isFinished = true;
  }

  /** Leaves what was there before; what is in its place stays. */
  discard(): void {
    if (this.isFinished) return;
    closeSync(this.fd);
    if (this.temporary !== undefined) rmSync(this.temporary, { force: true });
  }

  private flush(): void {
    const bytes = Buffer.from(this.pending, 'utf8');
    this.pending = '';
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
    } catch (cause) {
      throw unwritable(this.name, cause);
    }
  }
}
