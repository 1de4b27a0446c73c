/**
 * `npm run bench:salvage`: what it takes to find the messages that NEW lacks, and that memory does not grow with them.
 * Both sides have 50 mailboxes of 10 users; of each, NEW lacks the last messages.
 *
 *   --messages N   that NEW lacks, repeatable (default 10000 and 100000)
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mustRun } from '../fixtures/make/process.js';
import type { SideContent } from '../test/support/encode/write-side.js';
import type { Cost } from './measure.js';
import { writeResult, type Row } from './report.js';
import { timed } from './timed.js';

const MAILBOXES = 50;
/** In each mailbox, on both sides. */
const COMMON = 20;
/** Unit: ms. */
const DEADLINE = 30 * 60_000;

const generate = fileURLToPath(new URL('./generate.ts', import.meta.url));

async function writeSide(dir: string, lost: number, lacks: number): Promise<void> {
  const content: SideContent = {
    mailboxes: MAILBOXES,
    messages: COMMON + lost,
    lacks,
    mailboxesPerUser: 5,
    seed: 20251121,
    bodyLines: [13, 130],
  };
  const argv = [process.execPath, ...process.execArgv, generate, dir, JSON.stringify(content)];
  await mustRun(argv, { timeoutMs: DEADLINE });
}

/** What the manifest says behind its messages; it is too large to be parsed as a whole. */
function countsIn(manifest: string): { readonly recover: number; readonly bytesHashed: number } {
  const text = readFileSync(manifest, 'latin1');
  const numberOf = (name: string): number => Number(new RegExp(`"${name}":(\\d+)`).exec(text.slice(-4096))?.[1]);
  return { recover: numberOf('recover'), bytesHashed: numberOf('bytesHashed') };
}

interface Run extends Cost {
  readonly messages: number;
  readonly what: string;
  readonly mib: number;
}

const { values } = parseArgs({ options: { messages: { type: 'string', multiple: true } } });
const sizes = (values.messages ?? ['10000', '100000']).map(Number);
for (const size of sizes)
  if (!(size >= MAILBOXES) || size % MAILBOXES !== 0)
    throw new Error(`--messages: expected a multiple of ${MAILBOXES}`);

const runs: Run[] = [];
for (const messages of sizes) {
  const work = mkdtempSync(join(tmpdir(), 'cyraudit-bench-'));
  try {
    const [old, newer] = [join(work, 'old'), join(work, 'new')];
    const lost = messages / MAILBOXES;
    await writeSide(old, lost, 0);
    await writeSide(newer, lost, lost);
    const manifest = join(work, 'manifest.json');
    const plan = ['salvage', old, newer, '--report', `json=${manifest}`];
    // The first one reads from the disk.
    await timed(work, plan);
    for (const [what, args] of [
      ['plan', plan],
      ['plan and export', ['salvage', old, newer, '--quiet', '--export', join(work, 'exported')]],
    ] as const) {
      const cost = await timed(work, args);
      const { recover, bytesHashed } = countsIn(what === 'plan' ? manifest : join(work, 'exported/manifest.json'));
      if (recover !== messages) throw new Error(`${recover} of ${messages} messages were found`);
      runs.push({ ...cost, messages, what, mib: bytesHashed / 2 ** 20 });
    }
  } finally {
    rmSync(work, { recursive: true });
  }
}
const row = ({ messages, what, wallS, cpuS, peakMiB, mib }: Run): Row => ({
  'messages that NEW lacks': messages,
  what,
  'MiB of message files': Math.round(mib),
  'wall s': wallS.toFixed(2),
  'our CPU s': cpuS.toFixed(2),
  'messages/s': Math.round(messages / wallS),
  'peak MiB': Math.round(peakMiB),
});
writeResult('salvage', 'Messages that are found', { 'load average': loadavg()[1]!.toFixed(1) }, runs.map(row), runs);
