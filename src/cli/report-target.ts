import {
  accessSync,
  constants,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { AuditError } from '../model/audit-error.js';
import type { ReportFormat } from '../report/report-format.js';
import { systemErrorWords } from '../sources/system-error.js';

/** One `FORMAT[=FILE]`; without a file it goes to stdout. */
export interface ReportTarget<Format = ReportFormat> {
  readonly format: Format;
  readonly file?: string;
}

export function parseReportTarget<Format extends { readonly name: string }>(
  value: string,
  formats: readonly Format[],
  option = '--report',
): ReportTarget<Format> {
  const at = value.indexOf('=');
  const name = at < 0 ? value : value.slice(0, at);
  const format = formats.find((candidate) => candidate.name === name);
  if (format === undefined) {
    const names = formats.map((candidate) => candidate.name).join(', ');
    throw new AuditError('usage', `${option} ${value}: no report format is called '${name}'`, `Use one of: ${names}.`);
  }
  if (at < 0) return { format };
  const file = value.slice(at + 1);
  if (file === '')
    throw new AuditError(
      'usage',
      `${option} ${value}: a file name is missing`,
      `Use ${name}=FILE, or ${name} for stdout.`,
    );
  return { format, file };
}

/** @throws AuditError when more than one report would go to stdout */
export function refuseTwoOnStdout(targets: readonly { readonly file?: string }[]): void {
  if (targets.filter(({ file }) => file === undefined).length <= 1) return;
  throw new AuditError(
    'usage',
    '--report: two reports cannot both go to stdout',
    'Give one of them a file: --report json=FILE.',
  );
}

/** The real path of a file that need not exist yet. */
export function realTarget(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return join(realpathSync(dirname(resolve(file))), basename(file));
  }
}

export function unwritable(file: string, cause: unknown): AuditError {
  return new AuditError(
    'report-unwritable',
    `${file}: expected a place to write a report to, found ${systemErrorWords(cause)}`,
    'Name a file in a directory that exists and that you may write to.',
    { cause },
  );
}

/**
 * Looks before the audit whether the report can be written after it, and refuses a place below `sides`: cyraudit
 * changes nothing there.
 */
export function checkReportFile(file: string, sides: readonly string[]): void {
  const target = refuseBelowSides(file, sides);
  let isDirectory = false;
  try {
    const stat = statSync(target, { throwIfNoEntry: false });
    isDirectory = stat?.isDirectory() === true;
    // A file is replaced, which its directory must allow.
    accessSync(stat === undefined || stat.isFile() ? dirname(target) : target, constants.W_OK);
  } catch (cause) {
    throw unwritable(file, cause);
  }
  if (isDirectory) throw unwritable(file, { code: 'EISDIR' });
}

/** The same for a directory of lists, which must be there. @param option that names it */
export function checkListDirectory(option: string, dir: string, sides: readonly string[]): void {
  const target = refuseBelowSides(dir, sides);
  let found: string | undefined;
  try {
    if (!statSync(target).isDirectory()) found = 'a file';
    else accessSync(target, constants.W_OK);
  } catch (cause) {
    found = systemErrorWords(cause);
  }
  if (found !== undefined)
    throw new AuditError(
      'report-unwritable',
      `${option} ${dir}: expected a directory for the lists, found ${found}`,
      'Make the directory first, or name one that you may write to.',
    );
}

/** The real path of a file or directory that need not exist yet, and that lies below none of `sides`. */
export function refuseBelowSides(file: string, sides: readonly string[]): string {
  let target: string;
  try {
    target = realTarget(file);
  } catch (cause) {
    throw unwritable(file, cause);
  }
  const side = sides.find((directory) => contains(directory, target));
  if (side === undefined) return target;
  throw new AuditError(
    'report-unwritable',
    `${file}: expected a place outside both sides, found it below ${side}`,
    'Write the report to another directory: nothing is ever written into a side.',
  );
}

function contains(directory: string, target: string): boolean {
  const path = relative(directory, target);
  return path !== '..' && !path.startsWith('../');
}

/**
 * Writes beside the target and renames, so that nobody ever reads half a report.
 * @param text may be made piece by piece; what is thrown while it is made comes out as it is
 */
export function writeReportFile(file: string, text: string | Iterable<string>): void {
  try {
    const target = realTarget(file);
    const stat = statSync(target, { throwIfNoEntry: false });
    // A device or a pipe (/dev/stderr) is written to; renaming would replace it.
    if (stat !== undefined && !stat.isFile()) {
      writePieces(target, 'w', text);
      return;
    }
    const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    try {
      // A full disk is told by the write, a full file server by the close.
      writePieces(temporary, 'wx', text);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    // Under its name already: whoever kills us while the disk takes its time finds no temporary file.
    const fd = openSync(target, 'r+');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw cause instanceof Error && 'syscall' in cause ? unwritable(file, cause) : cause;
  }
}

function writePieces(file: string, flag: 'w' | 'wx', text: string | Iterable<string>): void {
  const fd = openSync(file, flag);
  try {
    for (const piece of typeof text === 'string' ? [text] : text) writeFileSync(fd, piece);
  } catch (error) {
    // What went wrong first is what is told.
    closeQuietly(fd);
    throw error;
  }
  closeSync(fd);
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Nothing more can be done.
  }
}
