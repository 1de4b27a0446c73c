import { lstatSync, type Stats } from 'node:fs';

/**
 * Before a look begins: the clock of the file system ticks up to 10 ms late. A file server whose clock is behind is not
 * allowed for. Unit: ms.
 */
const CLOCK_TICK = 12;

/** A time that is further in the future was not written by a server at work, or its clock is wrong. Unit: ms. */
const FUTURE = 60_000;

/** True when one of the files was written, replaced or given other rights at or after `since` (ms since the epoch). */
export function changedSince(paths: Iterable<string>, since: number): boolean {
  // ctime: what is renamed keeps its mtime.
  return anyAtWork(paths, since, ({ mtimeMs, ctimeMs }) => [mtimeMs, ctimeMs]);
}

/** The same of contents alone: a copy that keeps the times of its files was not written. */
export function writtenSince(paths: Iterable<string>, since: number): boolean {
  return anyAtWork(paths, since, ({ mtimeMs }) => [mtimeMs]);
}

function anyAtWork(paths: Iterable<string>, since: number, timesOf: (stat: Stats) => readonly number[]): boolean {
  for (const path of paths) {
    const stat = statOrNothing(path);
    const isAtWork = (time: number): boolean => time >= since - CLOCK_TICK && time < Date.now() + FUTURE;
    if (stat !== undefined && timesOf(stat).some(isAtWork)) return true;
  }
  return false;
}

/** Becomes another with every write that comes a tick later, and when the file is replaced or removed. */
export function stampOf(path: string): string {
  const stat = statOrNothing(path);
  return stat === undefined ? '' : [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
}

function statOrNothing(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // What cannot be looked at was told when it was to be read.
    return undefined;
  }
}
