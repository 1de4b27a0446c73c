import { lstatSync } from 'node:fs';
import { messagePath } from '../audit/twin-files.js';
import { messageSize } from '../formats/index/scan-records.js';
import type { MailboxDirs } from '../sources/spool/paths.js';
import { baseOf, systemFlagsOf, uidOf, type RecordPlace } from './pair-records.js';

/** Where the file of a message may lie: after a crash while it was archived in either place. */
export function filesOf(dirs: MailboxDirs, uid: number, flags: number): string[] {
  const first = messagePath(dirs, uid, flags);
  const either = dirs.archive === undefined ? [] : [dirs.data, dirs.archive].map((dir) => `${dir}/${String(uid)}.`);
  return [...new Set([first, ...either])];
}

/** What is wrong with the file of a record by its name and size alone; undefined = nothing. */
export function fileProblem(dirs: MailboxDirs, record: RecordPlace): string | undefined {
  const size = messageSize(record.block.view, baseOf(record), record.offsets);
  let problem: string | undefined;
  for (const path of filesOf(dirs, uidOf(record), systemFlagsOf(record))) {
    const found = sizeOf(path);
    if (found === size && size > 0) return undefined;
    problem ??= `${path}: ${typeof found === 'number' ? `${String(found)} bytes of ${String(size)}` : found}`;
  }
  return problem;
}

function sizeOf(path: string): number | string {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return 'no file';
    return stat.isFile() ? stat.size : 'not a regular file';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'cannot be looked at';
  }
}
