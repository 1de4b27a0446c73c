import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { openSide, type SideSpec } from '../sources/spool/open-side.js';

/** Real paths of every directory that belongs to a side, and of its imapd.conf: nothing is written there. */
export function sideDirectories(spec: SideSpec): string[] {
  const side = openSide(spec);
  side.close();
  const { layout, confFile } = side;
  const directories = [
    // A side given as a directory is that directory. An imapd.conf named by itself may lie anywhere, as in /etc.
    dirname(confFile) === realPath(spec.source) ? dirname(confFile) : confFile,
    // A copy below a root is that of a whole machine.
    ...(spec.root === undefined || realPath(spec.root) === '/' ? [] : [spec.root]),
    layout.configDirectory,
    layout.sieveDir,
    dirname(layout.mailboxesDb),
    layout.quota.dir,
    ...layout.partitions.flatMap((partition) => [
      partition.data,
      ...(partition.meta === undefined ? [] : [partition.meta]),
      ...(partition.archive === undefined ? [] : [partition.archive]),
      ...partition.metaDirs.values(),
    ]),
  ];
  return [...new Set(directories.map(realPath))];
}

/** What is not there holds nothing yet: its name stands for itself. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
