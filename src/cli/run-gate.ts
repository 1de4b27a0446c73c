import { word } from '../gate/machines.js';
import { gateText } from '../gate/gate-text.js';
import type { GateAnswer, GateQuestion, GateReport } from '../generated/gate.js';
import type { Level, Report } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import type { EngineVersion } from '../replication/engine.js';
import { askGate } from '../run/gate.js';
import type { SideSpec } from '../sources/spool/open-side.js';
import {
  checkListDirectory,
  checkReportFile,
  parseReportTarget,
  refuseTwoOnStdout,
  writeReportFile,
} from './report-target.js';
import { sideDirectories } from './side-directories.js';
import { textWidth, useColor, writeStdout, type TerminalOptions } from './terminal.js';

export interface GateCommandOptions extends TerminalOptions {
  readonly level: Level;
  readonly masterRoot?: string;
  readonly replicaRoot?: string;
  readonly masterIsDown?: boolean;
  readonly into?: string;
  readonly engine?: EngineVersion;
  readonly replicaEngine?: EngineVersion;
  readonly accept?: readonly string[];
  readonly recheck: number;
  readonly recheckDelay?: number;
  readonly ioLimit?: number;
  readonly nice?: boolean;
  readonly threads?: number;
  readonly report?: readonly string[];
}

/** Of the answer of a gate. */
const FORMATS = [{ name: 'text' }, { name: 'json' }] as const;
type Format = (typeof FORMATS)[number]['name'];

const STATUS: Readonly<Record<GateAnswer, 0 | 1 | 2>> = { go: 0, 'go-except': 1, stop: 2 };

/** Asks the gate, writes its answer and sets the exit status. */
export async function runGate(
  question: GateQuestion,
  master: SideSpec,
  replica: SideSpec,
  options: GateCommandOptions,
): Promise<void> {
  const specs = [master, replica] as const;
  const targets = (options.report ?? ['text']).map((value) => parseReportTarget(value, FORMATS));
  refuseTwoOnStdout(targets);
  refuseOther(question, options);
  const directories = specs.flatMap(sideDirectories);
  for (const { file } of targets) if (file !== undefined) checkReportFile(file, directories);
  if (options.into !== undefined) checkListDirectory('--into', options.into, directories);
  if (options.nice === true) {
    const { giveWay } = await import('./give-way.js');
    giveWay();
  }
  const { gate, report } = await askGate({
    question,
    master: master.source,
    replica: replica.source,
    ...(master.root === undefined ? {} : { masterRoot: master.root }),
    ...(replica.root === undefined ? {} : { replicaRoot: replica.root }),
    masterIsDown: options.masterIsDown === true,
    level: options.level,
    accept: await accepting(options, specs),
    recheck: options.recheck,
    words: wordsOf(options),
    ...(options.recheckDelay === undefined ? {} : { recheckDelay: options.recheckDelay }),
    ...(options.ioLimit === undefined ? {} : { bytesPerSecond: options.ioLimit * 1_000_000 }),
    ...(options.into === undefined ? {} : { into: options.into }),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.replicaEngine === undefined ? {} : { replicaEngine: options.replicaEngine }),
  });
  if (options.into !== undefined && gate.answer !== 'stop') {
    const { writePlanOf } = await import('./write-plan.js');
    writePlanOf(report, { into: options.into });
  }
  for (const { format, file } of targets)
    if (file !== undefined) writeReportFile(file, render(gate, format.name, { color: false, width: 100 }));
  // Last: whatever stdout refuses, the files are there.
  for (const { format, file } of targets)
    if (file === undefined)
      await writeStdout(render(gate, format.name, { color: useColor(options), width: textWidth() }));
  process.exitCode = STATUS[gate.answer];
}

/** An option that would do nothing is a mistake. */
function refuseOther(question: GateQuestion, { into, masterIsDown }: GateCommandOptions): void {
  if (question === 'failover' && into !== undefined)
    throw new AuditError('usage', '--into: only gate resume writes lists', 'Leave it out.');
  if (question === 'resume' && masterIsDown === true)
    throw new AuditError('usage', '--master-is-down: only gate failover asks for it', 'Leave it out.');
}

/** Options that change the answer and that no report knows of, as they were given. */
function wordsOf({ into, masterIsDown }: GateCommandOptions): string {
  const words = [
    ...(into === undefined ? [] : ['--into', word(into)]),
    ...(masterIsDown === true ? ['--master-is-down'] : []),
  ];
  return words.map((one) => ` ${one}`).join('');
}

/** What --accept makes of a report. */
async function accepting(
  { accept, level }: GateCommandOptions,
  sides: readonly SideSpec[],
): Promise<(report: Report) => Report> {
  if (accept === undefined) return (report) => report;
  const { knownFindings } = await import('./known-findings.js');
  return knownFindings({ accept }, { command: 'compare', level, sides });
}

function render(gate: GateReport, format: Format, options: Parameters<typeof gateText>[1]): string {
  return format === 'json' ? `${JSON.stringify(gate, null, 2)}\n` : gateText(gate, options);
}
