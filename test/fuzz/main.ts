/** `npm run fuzz -- [--iterations N] [--seed N] [--reader NAME]... [--threads N] [--out DIR] [--replay FILE]`: hostile
 *  input for every reader. Ends with 1 when one broke the rules; its input is then in DIR. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { watchAllocations } from './allocations.js';
import { fuzz, type ReaderResult } from './fuzz.js';
import type { ReaderUnderTest } from './reader-under-test.js';
import { readInput } from './run-inputs.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { values } = parseArgs({
  options: {
    iterations: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    reader: { type: 'string', multiple: true, default: [] },
    threads: { type: 'string', default: '1' },
    out: { type: 'string', default: '.cache/fuzz' },
    replay: { type: 'string' },
  },
});
const table = new URL('./readers.ts', import.meta.url);

function report({ reader, inputs, seconds, slowest, slowestInput, largestAllocation, failures }: ReaderResult): void {
  const rate = Math.round(inputs / seconds);
  say(
    `${reader.padEnd(34)} ${String(inputs).padStart(7)} inputs, ${String(rate).padStart(6)}/s, ` +
      `slowest ${slowest.toFixed(1)} ms (${slowestInput}), largest allocation ${largestAllocation} B, ` +
      `${failures.length} failed`,
  );
  for (const { seed, input, kind, message, bytes } of failures) {
    const path = join(values.out, `${reader}-${seed}-${input}.bin`);
    mkdirSync(values.out, { recursive: true });
    writeFileSync(path, bytes);
    say(`    ${kind} with ${path}: ${message.replaceAll('\n', '\n    ')}`);
  }
}

if (values.replay !== undefined) {
  const { readers } = (await import(table.href)) as { readers: readonly ReaderUnderTest[] };
  watchAllocations();
  for (const reader of readers.filter(({ name }) => values.reader.includes(name))) {
    const start = performance.now();
    const largest = await readInput(reader, readFileSync(values.replay));
    say(`${reader.name}: ${(performance.now() - start).toFixed(1)} ms, largest allocation ${largest} B`);
    reader.close?.();
  }
} else {
  const results = await fuzz({
    table,
    iterations: Number(values.iterations),
    seed: Number(values.seed),
    threads: Number(values.threads),
    only: values.reader,
    onReader: report,
  });
  const failed = results.reduce((sum, { failures }) => sum + failures.length, 0);
  const inputs = results.reduce((sum, one) => sum + one.inputs, 0);
  say(`${results.length} readers, ${inputs} inputs, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
