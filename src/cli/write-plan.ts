import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { catalogue } from '../findings/catalogue.js';
import { sideOf, word } from '../gate/machines.js';
import type { HeldFile } from '../generated/held.js';
import type { Report } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import { heldFile, makePlan, type Plan } from '../plan/make-plan.js';
import { heldPage, listFile } from '../plan/plan-files.js';
import { openMasterUnits } from '../run/master-units.js';
import type { SideSpec } from '../sources/spool/open-side.js';
import { configOption } from '../report/cyrus-config.js';
import { counted, grouped } from '../report/numbers.js';
import { makeValidator, readJson } from './read-json.js';
import { readReport } from './read-report.js';
import { readSchema } from './report-schema.js';
import { checkListDirectory, checkReportFile, writeReportFile } from './report-target.js';
import { sideDirectories } from './side-directories.js';

export interface PlanOptions {
  readonly into: string;
}

/** Writes the files of a plan from a saved report. @returns the exit status, and the text for stdout */
export function writePlan(path: string, options: PlanOptions): { readonly status: 0 | 1 | 2; readonly text: string } {
  const report = readReport(path);
  refuseNarrow(path, report);
  return writePlanOf(report, options);
}

/** The same from a report at hand, of whole users. */
export function writePlanOf(
  report: Report,
  { into }: PlanOptions,
): { readonly status: 0 | 1 | 2; readonly text: string } {
  const specs = report.sides.map(({ role, source, root }): SideSpec => ({
    role,
    source,
    ...(root === undefined ? {} : { root }),
  }));
  const files = Object.fromEntries(
    ['users.txt', 'mailboxes.txt', 'held.txt', 'held.json'].map((name) => [name, join(into, name)]),
  ) as Record<'users.txt' | 'mailboxes.txt' | 'held.txt' | 'held.json', string>;
  const directories = specs.flatMap(sideDirectories);
  checkListDirectory('--into', into, directories);
  for (const file of Object.values(files)) checkReportFile(file, directories);
  const before = readHeld(files['held.json']);
  const master = openMasterUnits(specs[0]!);
  let plan: Plan;
  try {
    plan = makePlan(report, master.units(), (name) => master.unitOf(name));
  } finally {
    master.close();
  }
  const held = heldFile(plan, report.startedAt, before);
  // The lists last: whoever finds them finds who is held as well.
  writeReportFile(files['held.json'], `${JSON.stringify(held, null, 2)}\n`);
  writeReportFile(files['held.txt'], heldPage(plan, held, report, catalogue));
  writeReportFile(files['mailboxes.txt'], listFile('-m', plan.mailboxes, plan, report));
  writeReportFile(files['users.txt'], listFile('-u', plan.users, plan, report));
  return { status: plan.stop !== undefined ? 2 : plan.held.length > 0 ? 1 : 0, text: summary(plan, files, report) };
}

function summary(
  { stop, users, mailboxes, held, unknown }: Plan,
  files: Readonly<Record<'users.txt' | 'mailboxes.txt' | 'held.txt', string>>,
  report: Report,
): string {
  if (stop !== undefined) return `Nobody may be replicated: ${stop.join('; ')}. See ${files['held.txt']}.\n`;
  const lines = [
    `${counted(users.length, 'user')} and ${counted(mailboxes.length, 'shared mailbox', 'shared mailboxes')} may be replicated, ${counted(held.length, 'is', 'are')} held.`,
  ];
  // To be pasted wherever somebody becomes the user cyrus.
  const command = (option: '-u' | '-m', file: string): string =>
    `  ${['sync_client', ...configOption(sideOf(report, 'master')), option, '-f', word(resolve(file))].join(' ')}`;
  if (users.length > 0) lines.push(command('-u', files['users.txt']));
  if (mailboxes.length > 0) lines.push(command('-m', files['mailboxes.txt']));
  if (held.length > 0)
    lines.push(
      `See ${files['held.txt']}. Rolling replication and sync_client -A would take those that are held as well.`,
    );
  if (unknown > 0)
    lines.push(
      `${grouped(unknown)} of the users and shared mailboxes of the master ${unknown === 1 ? 'was not audited and is' : 'were not audited and are'} in no list: audit again.`,
    );
  return `${lines.join('\n')}\n`;
}

function refuseNarrow(path: string, { command, selection = {} }: Report): void {
  const wrong =
    command !== 'compare'
      ? `of ${command}`
      : selection.mailboxes !== undefined || selection.partitions !== undefined
        ? 'that looked at some mailboxes of a user only'
        : undefined;
  if (wrong === undefined) return;
  throw new AuditError(
    'usage',
    `${path}: expected a report of compare for whole users, found one ${wrong}`,
    'Make one with cyraudit compare MASTER REPLICA --report json=FILE, without --mailbox and --partition.',
  );
}

function readHeld(path: string): HeldFile | undefined {
  if (!existsSync(path)) return undefined;
  const advice = 'Move it away to begin anew: then everything is held since now.';
  return readJson(path, {
    what: 'what an earlier plan wrote',
    code: 'usage',
    advice,
    adviceToRead: advice,
    validate: makeValidator(readSchema('held'), 'file'),
    message: (problem) => `${path}: expected what an earlier plan wrote: ${problem}`,
  }) as HeldFile;
}
