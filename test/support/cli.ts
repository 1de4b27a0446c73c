import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program. */
export const cliFile = join(root, 'dist/bin/cyraudit.cjs');

/** Runs the built program as a user would. `npm test` builds it first. */
export function runCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cliFile, ...args], {
    cwd: root,
    encoding: 'utf8',
    // Whatever configuration file this machine has is not ours.
    env: { ...process.env, CYRAUDIT_CONFIG: '', ...env },
  });
  return { status, stdout, stderr };
}

/** The same, while the test goes on. */
export function startCli(args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [cliFile, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      out[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (status) => {
      resolve({ status, ...out });
    });
  });
}
