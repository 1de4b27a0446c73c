/** Does the memory of `compare --level index` stay flat from 500 to 8000 mailboxes, and with one huge mailbox? */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeSide } from '../test/support/encode/write-side.js';
import { measure, median, type Measured } from './measure.js';
import { writeResult, type Row } from './report.js';

const SIZES = [
  [500, 20],
  [2000, 20],
  [8000, 20],
  [1, 500_000],
] as const;

const cyraudit = fileURLToPath(new URL('../dist/bin/cyraudit.cjs', import.meta.url));
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(values.rounds);
const dir = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'cyraudit-scaling-'));
try {
  const rows: Row[] = [];
  const raw: Record<string, Measured[]> = {};
  for (const [mailboxes, messages] of SIZES) {
    const sides = ['master', 'replica'].map((side) => join(dir, side));
    for (const side of sides) writeSide(side, { mailboxes, messages, seed: 20251121, files: false });
    const name = `${mailboxes} mailboxes x ${messages} records`;
    const argv = [process.execPath, cyraudit, 'compare', ...sides, '--level', 'index'];
    const runs = Array.from({ length: rounds }, () => measure(argv));
    raw[name] = runs;
    rows.push({
      pair: name,
      'wall s': median(runs.map(({ wallS }) => wallS)).toFixed(2),
      'CPU s': median(runs.map(({ cpuS }) => cpuS)).toFixed(2),
      'peak RSS MiB': Math.round(Math.max(...runs.map(({ rssMiB }) => rssMiB))),
    });
    for (const side of sides) rmSync(side, { recursive: true, force: true });
  }
  writeResult('scaling', 'cyraudit compare --level index, by size', { rounds }, rows, raw);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
