import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliFile, type Ran } from './cli.js';
import type { UnpackedPair } from './fixture.js';

const root = join(import.meta.dirname, '../..');

export const exampleFile = (name: string): string => join(root, 'docs/examples', name);
export const readExample = (name: string): string => readFileSync(exampleFile(name), 'utf8');

/** A machine on which cyraudit is installed: a directory to work in, one for reports, and a PATH. */
export interface Machine {
  readonly dir: string;
  readonly reports: string;
  /** What npm was asked to do, a line for each call. */
  readonly npmCalls: () => string;
  /** Runs a command in the directory by a shell. */
  readonly run: (shell: readonly [string, ...string[]], command: string) => Ran;
  readonly dispose: () => void;
}

export function makeMachine(): Machine {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-machine-'));
  const [bin, reports, calls] = ['bin', 'reports', 'npm-calls'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(bin);
  mkdirSync(reports);
  symlinkSync(cliFile, join(bin, 'cyraudit'));
  symlinkSync(process.execPath, join(bin, 'node'));
  // Installing is tested elsewhere; here it is enough to have been asked for.
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "$*" >>'${calls}'\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: dir };
  return {
    dir,
    reports,
    npmCalls: () => readFileSync(calls, 'utf8'),
    run([shell, ...args], command) {
      const { status, stdout, stderr } = spawnSync(shell, [...args, command], { cwd: dir, encoding: 'utf8', env });
      return { status, stdout, stderr };
    },
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A command of an example with the paths of its machine replaced by those of a pair; fails where one is missing. */
export function onPair(command: string, pair: Pick<UnpackedPair, 'master' | 'replica'>, { reports }: Machine): string {
  const places: readonly (readonly [string, string])[] = [
    ['/mnt/replica/etc/imapd.conf', join(pair.replica, 'imapd.conf')],
    ['/etc/imapd.conf', join(pair.master, 'imapd.conf')],
    ['--replica-root /mnt/replica', `--replica-root ${pair.replica}`],
    ['/var/lib/cyraudit/', `${reports}/`],
  ];
  let text = command;
  for (const [place, to] of places) {
    if (!text.includes(place)) throw new Error(`${place}: expected in: ${command}`);
    // The path of the master's imapd.conf is the end of that of the replica's, which is gone by then.
    text = text.replaceAll(place, to);
  }
  return text;
}
