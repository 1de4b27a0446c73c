import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { AuditError } from '../../model/audit-error.js';
import { systemErrorWords } from '../../sources/system-error.js';
import type { FoundConfig } from './find-config.js';

/** Larger than any that a person wrote. */
const MAX_BYTES = 256 * 1024;

const WHICH: Readonly<Record<FoundConfig['by'], string>> = {
  '--config': 'Name another one, or leave out --config.',
  CYRAUDIT_CONFIG: 'CYRAUDIT_CONFIG names it: name another one, or unset it.',
  default: 'Mend it, or name another one with --config; --no-config reads none.',
};

/**
 * Reads a configuration file.
 * @throws AuditError when it is not there, not a file, too large or no text, and for one that nobody named but others
 *   than root and the user who runs the program could have written: it says what is looked at and where reports go
 */
export function readConfigText({ path, by }: FoundConfig): string {
  const refuse = (code: 'io' | 'not-a-file' | 'config-invalid', found: string, cause?: unknown): AuditError =>
    new AuditError(code, `${path}: expected a configuration file, found ${found}`, WHICH[by], { cause });
  let fd: number;
  try {
    // A FIFO is not waited for.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw refuse('io', systemErrorWords(cause), cause);
  }
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw refuse('not-a-file', 'a directory');
    if (!stat.isFile()) throw refuse('not-a-file', 'no regular file');
    if (stat.size > MAX_BYTES)
      throw refuse('config-invalid', `${String(stat.size)} bytes, where ${String(MAX_BYTES)} are more than enough`);
    if (by === 'default' && ((stat.mode & 0o002) !== 0 || ![0, process.getuid?.()].includes(stat.uid)))
      throw new AuditError(
        'config-invalid',
        `${path}: expected a file that only root may write to, found mode ${(stat.mode & 0o777).toString(8)} and owner ${String(stat.uid)}`,
        'Run chown root and chmod o-w on it; --no-config does without it.',
      );
    const bytes = Buffer.alloc(stat.size);
    const text = bytes.subarray(0, readSync(fd, bytes, 0, stat.size, 0));
    const nul = text.indexOf(0);
    if (nul >= 0) throw refuse('config-invalid', `a byte of zero at offset ${String(nul)}: it is no text`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(text);
    } catch (cause) {
      throw refuse('config-invalid', 'bytes that are no UTF-8', cause);
    }
  } finally {
    closeSync(fd);
  }
}
