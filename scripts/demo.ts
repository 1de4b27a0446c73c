/** `npm run demo`: audits a real pair with a split brain (made by Cyrus 3.6.1) and prints the verdict. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { unpackPair } from '../test/support/fixture.js';

const cyraudit = fileURLToPath(new URL('../dist/bin/cyraudit.cjs', import.meta.url));
const pair = await unpackPair('split-brain', 'made');
try {
  process.stdout.write(
    `A master/replica pair of Cyrus 3.6.1 that was in service on both sides for a while:\n\n$ cyraudit compare master replica\n\n`,
  );
  const run = spawnSync(process.execPath, [cyraudit, 'compare', 'master', 'replica'], {
    cwd: pair.dir,
    stdio: 'inherit',
  });
  process.stdout.write(
    `\nExit status ${String(run.status)}: a person must act for one mailbox; the rest may be replicated.\n`,
  );
  process.exitCode = run.status === 1 ? 0 : 70;
} finally {
  await pair.dispose();
}
