/**
 * `npm run bench:reinject`: what takes the time when messages are put back, our program or the server. A master whose
 * messages the replica lacks is stopped, and they go back into the replica over IMAP, on this machine.
 *
 *   --messages N   default 2000
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { as, deliver, replicate } from '../fixtures/make/drift.js';
import { startPair, whyNoCyrus } from '../fixtures/make/instance.js';
import type { Cost } from './measure.js';
import { writeResult } from './report.js';
import { timed } from './timed.js';

/** Of /proc/PID/stat. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of all processes of the user who owns `dir`, and of their children that have ended. */
function cpuOfOwner(dir: string): number {
  const { uid } = statSync(dir);
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (statSync(`/proc/${pid}`).uid !== uid) continue;
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
      for (const field of fields.slice(11, 15)) ticks += Number(field);
    } catch {
      // It has ended: its parent has its time.
    }
  }
  return ticks / TICKS_PER_SECOND;
}

const { values } = parseArgs({ options: { messages: { type: 'string', default: '2000' } } });
const messages = Number(values.messages);
if (!(messages >= 1)) throw new Error('--messages: expected a number from 1');
const whyNot = whyNoCyrus();
if (whyNot !== undefined) throw new Error(whyNot);

const work = mkdtempSync(join(tmpdir(), 'cyraudit-bench-'));
const pair = await startPair();
try {
  const { master, replica } = pair;
  await as(master, 'cyrus', (admin) => admin.create('user.ada'));
  await replicate(pair);
  await as(master, 'ada', async (ada) => {
    for (let n = 1; n <= messages; n++) await deliver(ada, 'INBOX', n);
  });
  await master.stop();
  const manifest = join(work, 'manifest.json');
  const salvage = await timed(work, ['salvage', master.confFile, replica.confFile, '--report', `json=${manifest}`]);
  const before = cpuOfOwner(replica.dir);
  const to = ['--to', `imap://127.0.0.1:${String(replica.ports.imap)}`, '--no-tls', '--admin', 'cyrus'];
  const reinject = await timed(work, ['reinject', manifest, ...to], { CYRAUDIT_IMAP_PASSWORD: 'x' });
  const serverS = cpuOfOwner(replica.dir) - before;
  const seconds = (n: number): string => n.toFixed(2);
  const row = (what: string, { wallS, cpuS, peakMiB }: Cost, server: string) => ({
    what,
    'wall s': seconds(wallS),
    'our CPU s': seconds(cpuS),
    "the server's CPU s": server,
    'messages/s': Math.round(messages / wallS),
    'peak MiB': Math.round(peakMiB),
  });
  writeResult(
    'reinject',
    'Messages that are put back',
    { messages, 'load average before': loadavg()[1]!.toFixed(1) },
    [row('salvage, the plan', salvage, ''), row('reinject', reinject, seconds(serverS))],
    { salvage, reinject, serverS },
  );
} finally {
  await pair.dispose();
  rmSync(work, { recursive: true });
}
