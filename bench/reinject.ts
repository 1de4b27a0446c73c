/**
 * `npm run bench:reinject`: what takes the time when messages are put back, our program or the server. A master whose
 * messages the replica lacks is stopped, and they go back into the replica over IMAP, on this machine.
 *
 *   --messages N      for each number of connections (default 2000)
 *   --users N         whose they are (default 8)
 *   --connections N   repeatable (default 1, 2, 4 and 8)
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

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '2000' },
    users: { type: 'string', default: '8' },
    connections: { type: 'string', multiple: true, default: ['1', '2', '4', '8'] },
  },
});
const [messages, users] = [Number(values.messages), Number(values.users)];
if (!(users >= 1 && messages >= users)) throw new Error('--messages, --users: expected numbers from 1');
const whyNot = whyNoCyrus();
if (whyNot !== undefined) throw new Error(whyNot);

interface Run extends Cost {
  readonly connections: string;
  readonly serverS: number;
}

/** Every number of connections has users of its own. */
const usersOf = (connections: string): string[] =>
  Array.from({ length: users }, (_, n) => `c${connections}u${String(n)}`);

const work = mkdtempSync(join(tmpdir(), 'cyraudit-bench-'));
const pair = await startPair();
try {
  const { master, replica } = pair;
  await as(master, 'cyrus', async (admin) => {
    for (const user of values.connections.flatMap(usersOf)) await admin.create(`user.${user}`);
  });
  await replicate(pair);
  for (const user of values.connections.flatMap(usersOf))
    await as(master, user, async (client) => {
      for (let n = 1; n <= messages / users; n++) await deliver(client, 'INBOX', n);
    });
  await master.stop();
  const to = ['--to', `imap://127.0.0.1:${String(replica.ports.imap)}`, '--no-tls', '--admin', 'cyrus'];
  const runs: Run[] = [];
  for (const connections of values.connections) {
    const manifest = join(work, `${connections}.json`);
    const only = ['--user', `c${connections}u*`];
    await timed(work, ['salvage', master.confFile, replica.confFile, ...only, '--report', `json=${manifest}`]);
    const before = cpuOfOwner(replica.dir);
    const words = ['reinject', manifest, ...to, '--connections', connections];
    const cost = await timed(work, words, { CYRAUDIT_IMAP_PASSWORD: 'x' });
    runs.push({ ...cost, connections, serverS: cpuOfOwner(replica.dir) - before });
  }
  const seconds = (n: number): string => n.toFixed(2);
  writeResult(
    'reinject',
    'Messages that are put back',
    { messages, users, 'load average': loadavg()[1]!.toFixed(1) },
    runs.map(({ connections, wallS, cpuS, serverS, peakMiB }) => ({
      connections,
      'wall s': seconds(wallS),
      'our CPU s': seconds(cpuS),
      "the server's CPU s": seconds(serverS),
      'messages/s': Math.round((Math.floor(messages / users) * users) / wallS),
      'peak MiB': Math.round(peakMiB),
    })),
    runs,
  );
} finally {
  await pair.dispose();
  rmSync(work, { recursive: true });
}
