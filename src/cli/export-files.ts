import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { AuditError } from '../model/audit-error.js';
import { openReadOnly, readFailure, readFully } from '../sources/read-only-file.js';
import { refuseBelowSides, unwritable } from './report-target.js';

/** Bytes that are copied at a time. */
const CHUNK = 1024 * 1024;
const MANIFEST = 'manifest.json';

/** What a file system says that has no hard links, such as those of Windows and some that are mounted over a network. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
  'EXDEV',
]);

const crypto = () => process.getBuiltinModule('node:crypto');

/** A directory of message files by GUID, and their manifest. What is there already is kept, and never overwritten. */
export class ExportDirectory {
  private readonly buffer = Buffer.allocUnsafe(CHUNK);
  private readonly made = new Set<string>();

  private constructor(private readonly dir: string) {}

  /** @param sides places where nothing may be written */
  static open(dir: string, sides: readonly string[]): ExportDirectory {
    const target = refuseBelowSides(dir, sides);
    const exported = new ExportDirectory(target);
    exported.makeDirectory(target);
    // Something else of that name, such as a link into a side, would be written through.
    const before = lstatSync(exported.manifest, { throwIfNoEntry: false });
    if (before !== undefined && !before.isFile())
      throw unwritable(exported.manifest, { code: 'something that is no file' });
    const messages = join(target, 'messages');
    refuseBelowSides(messages, sides);
    exported.makeDirectory(messages);
    return exported;
  }

  get manifest(): string {
    return join(this.dir, MANIFEST);
  }

  /** Where a message lies, relative to the manifest. */
  static fileOf(guid: string): string {
    return `messages/${guid.slice(0, 2)}/${guid}.eml`;
  }

  /** An earlier manifest is kept beside the new one. */
  keepEarlierManifest(): void {
    if (!existsSync(this.manifest)) return;
    for (let n = 1; ; n++) {
      const kept = join(this.dir, `manifest.${String(n)}.json`);
      if (lstatSync(kept, { throwIfNoEntry: false }) !== undefined) continue;
      renameSync(this.manifest, kept);
      return;
    }
  }

  /**
   * Copies a message whose SHA-1 is its GUID.
   * @returns why it could not be read
   * @throws AuditError when another file lies in its place, or it cannot be written
   */
  copy(source: string, guid: string): string | undefined {
    const file = join(this.dir, ExportDirectory.fileOf(guid));
    this.makeDirectory(join(file, '..'));
    try {
      if (existsSync(file)) {
        this.checkKept(file, guid);
        return undefined;
      }
      const temporary = join(file, '..', `.${basename(file)}.${String(process.pid)}.tmp`);
      rmSync(temporary, { force: true });
      try {
        const problem = this.write(source, temporary, guid);
        if (problem === undefined) putInPlace(temporary, file);
        return problem;
      } finally {
        rmSync(temporary, { force: true });
      }
    } catch (cause) {
      if (cause instanceof AuditError) throw cause;
      throw unwritable(file, cause);
    }
  }

  private checkKept(file: string, guid: string): void {
    const found = this.digest(file);
    if (found === guid) return;
    throw new AuditError(
      'report-unwritable',
      `${file}: expected the message that an earlier run has copied, SHA-1 ${guid}, found ${found}`,
      'Nothing is overwritten: look at the file, and move it away or export to another directory.',
    );
  }

  private digest(file: string): string {
    const hash = crypto().createHash('sha1');
    const fd = openReadOnly(file);
    try {
      for (let at = 0, got = 1; got > 0; at += got) {
        got = readFully(fd, this.buffer, 0, CHUNK, at);
        hash.update(this.buffer.subarray(0, got));
      }
    } finally {
      closeSync(fd);
    }
    return hash.digest('hex');
  }

  /** A disk that is dying gives other bytes at every read, or none: that one message is lost for it, not the others. */
  private write(source: string, target: string, guid: string): string | undefined {
    const hash = crypto().createHash('sha1');
    let from: number;
    try {
      from = openReadOnly(source);
    } catch (error) {
      return readFailure(error, source).reason;
    }
    try {
      const to = openSync(target, 'wx', 0o600);
      try {
        for (let at = 0, got = 1; got > 0; at += got) {
          try {
            got = readFully(from, this.buffer, 0, CHUNK, at);
          } catch (error) {
            return readFailure(error, source).reason;
          }
          const piece = this.buffer.subarray(0, got);
          hash.update(piece);
          for (let done = 0; done < got;) done += writeSync(to, piece, done);
        }
        fsyncSync(to);
      } finally {
        closeSync(to);
      }
    } finally {
      closeSync(from);
    }
    const found = hash.digest('hex');
    return found === guid ? undefined : `${source}: SHA-1 ${found} when it was read again`;
  }

  /** A link that leads elsewhere is refused: it could lead into a side. */
  private makeDirectory(path: string): void {
    if (this.made.has(path)) return;
    try {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined) mkdirSync(path, { mode: 0o700 });
      else if (!stat.isDirectory()) throw Object.assign(new Error(path), { code: 'no directory' });
      this.made.add(realpathSync(path));
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }
}

/**
 * Gives a whole copy its name. Unlike a rename a link never replaces a file. Both names are in the directory of the export:
 * nothing is ever linked to a file of a side, as a link could be written through.
 */
function putInPlace(temporary: string, file: string): void {
  try {
    linkSync(temporary, file);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined)
      throw Object.assign(new Error(file), { code: 'EEXIST' });
    renameSync(temporary, file);
  }
}
