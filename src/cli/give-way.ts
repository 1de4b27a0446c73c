import { constants, setPriority } from 'node:os';

/**
 * Gives way to every other program: lowest priority for the processor, and the disk only when nobody else wants it.
 * Threads that are started later inherit both. Says on stderr what could not be done.
 */
export function giveWay(): void {
  setPriority(constants.priority.PRIORITY_LOW);
  // Loaded when it is needed: the program starts without it.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, error, stderr } = spawnSync('ionice', ['-c', '3', '-p', String(process.pid)], { encoding: 'utf8' });
  if (status === 0) return;
  const reason = error === undefined ? stderr.trim() : error.message;
  process.stderr.write(`cyraudit: --nice: ionice: ${reason}; the priority for the disk is as it was\n`);
}
