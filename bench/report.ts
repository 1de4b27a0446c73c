import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, type as osType } from 'node:os';
import { fileURLToPath } from 'node:url';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

/** Enough to compare runs by; nothing that names the machine. */
const machine = () => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  os: osType(),
  node: process.version,
});

export type Row = Readonly<Record<string, string | number>>;

/** Writes `bench/results/NAME.{json,md}` and prints the table. */
export function writeResult(name: string, title: string, parameters: Row, rows: readonly Row[], raw: unknown): void {
  mkdirSync(RESULTS, { recursive: true });
  const about = { title, date: new Date().toISOString().slice(0, 10), machine: machine(), parameters };
  writeFileSync(`${RESULTS}${name}.json`, `${JSON.stringify({ ...about, rows, raw }, null, 2)}\n`);
  const { cores, cpu, memoryGiB, os, node } = about.machine;
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const settings = Object.entries(parameters).map(([key, value]) => `${key} ${value}`);
  const text = [
    `# ${title}`,
    '',
    `${about.date}; ${cores} cores (${cpu}), ${memoryGiB} GiB, ${os}, Node ${node}; ${settings.join(', ')}.`,
    'Medians. The machine is shared: trust CPU time more than wall time.',
    '',
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ''))),
    '',
  ].join('\n');
  writeFileSync(`${RESULTS}${name}.md`, text);
  process.stdout.write(text);
}
