import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { atRest } from '../at-rest.js';

interface Original {
  readonly bytes: Buffer;
  readonly atime: Date;
  readonly mtime: Date;
}

/** The files of an unpacked side, which can be changed and put back as they were. */
export class SideFiles {
  /** undefined = there was no such file. */
  private readonly originals = new Map<string, Original | undefined>();

  constructor(readonly root: string) {}

  read(path: string): Buffer {
    return readFileSync(join(this.root, path));
  }

  write(path: string, bytes: Buffer): void {
    this.remember(path);
    const full = join(this.root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, bytes);
    atRest(full);
  }

  /** Writes a file with the age of another one: damage does not happen at the time of the audit. */
  writeLike(path: string, bytes: Buffer, like: string): void {
    this.write(path, bytes);
    const { atime, mtime } = statSync(join(this.root, like));
    utimesSync(join(this.root, path), atime, mtime);
  }

  remove(path: string): void {
    this.remember(path);
    rmSync(join(this.root, path));
    atRest(join(this.root, path));
  }

  rename(from: string, to: string): void {
    this.remember(from);
    this.remember(to);
    mkdirSync(dirname(join(this.root, to)), { recursive: true });
    renameSync(join(this.root, from), join(this.root, to));
    atRest(join(this.root, from));
    atRest(join(this.root, to));
  }

  /** Paths of the files below a directory. */
  list(path: string): string[] {
    const entries = readdirSync(join(this.root, path), { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1));
  }

  restore(): void {
    for (const [path, original] of this.originals)
      if (original === undefined) rmSync(join(this.root, path), { force: true, recursive: true });
    for (const [path, original] of this.originals) {
      if (original === undefined) continue;
      const full = join(this.root, path);
      // A directory may stand in its place.
      rmSync(full, { force: true, recursive: true });
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, original.bytes);
      utimesSync(full, original.atime, original.mtime);
      atRest(dirname(full));
    }
    this.originals.clear();
  }

  private remember(path: string): void {
    if (this.originals.has(path)) return;
    const full = join(this.root, path);
    const stat = statSync(full, { throwIfNoEntry: false });
    this.originals.set(
      path,
      stat === undefined ? undefined : { bytes: readFileSync(full), atime: stat.atime, mtime: stat.mtime },
    );
  }
}
