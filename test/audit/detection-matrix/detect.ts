import { auditSides } from '../../../src/audit/audit.js';
import type { Level } from '../../../src/audit/context.js';
import { AuditError } from '../../../src/model/audit-error.js';
import type { Report } from '../../../src/generated/report.js';
import type { SideSpec } from '../../../src/sources/spool/open-side.js';
import { runHere } from '../../../src/run/run-here.js';
import type { Fault, Place } from '../../support/damage/fault.js';
import type { SideFiles } from '../../support/damage/side-files.js';

export const LEVELS = ['index', 'files', 'content'] as const satisfies readonly Level[];

/** Where the damaged side stands in the audit. */
export const VIEWS = ['check', 'master', 'replica'] as const;
export type View = (typeof VIEWS)[number];

interface Said extends Place {
  readonly code: string;
  readonly side?: string;
  /** All of it, to be told from what was said before. */
  readonly text: string;
}

/** What an audit says of one fault in one view. */
export interface Detection {
  /** Finding codes in the right place, with the first level that shows them. */
  readonly codes: ReadonlyMap<string, Level>;
  /** The audit gave up on something: the first level. */
  readonly unaudited?: Level;
  /** Findings that name another side, mailbox or message, as `code place`. */
  readonly elsewhere: readonly string[];
}

export interface Pair {
  readonly master: SideFiles;
  readonly replica: SideFiles;
}

export type Baseline = ReadonlyMap<string, ReadonlySet<string>>;

async function audit(pair: Pair, view: View, level: Level): Promise<Report> {
  const specs: SideSpec[] =
    view === 'check'
      ? [{ role: 'single', source: pair.master.root }]
      : [
          { role: 'master', source: pair.master.root },
          { role: 'replica', source: pair.replica.root },
        ];
  // In this thread at every level: a pool takes longer to start than the audit.
  return auditSides(specs, { level, threads: 1 }, { version: '0', startRunner: (plan) => runHere(plan) });
}

const damagedRole = (view: View): string => (view === 'check' ? 'single' : view);

function sayings(report: Report): Said[] {
  const said: Said[] = [];
  const add = (finding: Report['findings'][number], place: Place): void => {
    const { code, side, uid } = finding;
    said.push({
      code,
      ...(side === undefined ? {} : { side }),
      ...place,
      ...(uid === undefined ? {} : { uid }),
      text: JSON.stringify([place, finding]),
    });
  };
  for (const finding of report.findings) add(finding, {});
  for (const { mboxname, findings } of report.mailboxes) for (const finding of findings) add(finding, { mboxname });
  for (const { userid, findings } of report.users) for (const finding of findings) add(finding, { userid });
  for (const { what, side, mboxname } of report.unaudited)
    said.push({
      code: 'unaudited',
      ...(side === undefined ? {} : { side }),
      ...(mboxname === undefined ? {} : { mboxname }),
      text: `unaudited ${what} ${side ?? ''} ${mboxname ?? ''}`,
    });
  return said;
}

/** What is said of the undamaged pair. */
export async function baselineOf(pair: Pair): Promise<Baseline> {
  const baseline = new Map<string, ReadonlySet<string>>();
  for (const view of VIEWS)
    for (const level of LEVELS)
      baseline.set(`${view} ${level}`, new Set(sayings(await audit(pair, view, level)).map(({ text }) => text)));
  return baseline;
}

/** Findings of the pair and its users concern a mailbox too, when they name no other one. */
function isAt(said: Said, { mboxname, uid, userid }: Place, role: string): boolean {
  if (said.side !== undefined && said.side !== role) return false;
  if (said.mboxname !== undefined && mboxname !== undefined && said.mboxname !== mboxname) return false;
  if (said.uid !== undefined && uid !== undefined && said.uid !== uid) return false;
  if (said.userid !== undefined && userid !== undefined && said.userid !== userid) return false;
  return true;
}

/** Damages one side, audits at every level, and puts the side back. */
export async function detect(pair: Pair, fault: Fault, view: View, baseline: Baseline): Promise<Detection> {
  const files = view === 'replica' ? pair.replica : pair.master;
  try {
    fault.apply(files);
    // Every level sees what the one below it sees, so that most faults need no look at all of them.
    const content = await look(pair, fault, view, 'content', baseline);
    if (content.all.size === 0) return summary([['content', content]]);
    const index = await look(pair, fault, view, 'index', baseline);
    if (isSame(index, content)) return summary([['index', index]]);
    const middle = await look(pair, fault, view, 'files', baseline);
    return summary([
      ['index', index],
      ['files', middle],
      ['content', content],
    ]);
  } finally {
    files.restore();
  }
}

interface Look {
  readonly codes: ReadonlySet<string>;
  readonly unaudited: boolean;
  readonly elsewhere: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

const isSame = (a: Look, b: Look): boolean => a.all.size === b.all.size && [...a.all].every((text) => b.all.has(text));

async function look(pair: Pair, fault: Fault, view: View, level: Level, baseline: Baseline): Promise<Look> {
  const codes = new Set<string>();
  const elsewhere = new Set<string>();
  const all = new Set<string>();
  let unaudited = false;
  try {
    for (const said of sayings(await audit(pair, view, level))) {
      if (baseline.get(`${view} ${level}`)?.has(said.text) === true) continue;
      const { code, side = '', mboxname, userid = '', uid } = said;
      const where = `${code} ${side} ${mboxname ?? userid} ${String(uid ?? '')}`;
      all.add(where);
      if (code === 'unaudited') unaudited = true;
      else if (isAt(said, fault.place, damagedRole(view))) codes.add(code);
      else elsewhere.add(where);
    }
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    // One line on stderr and status 3.
    unaudited = true;
    all.add(`error ${error.code}`);
  }
  return { codes, unaudited, elsewhere, all };
}

function summary(looks: readonly (readonly [Level, Look])[]): Detection {
  const codes = new Map<string, Level>();
  const elsewhere = new Set<string>();
  let unaudited: Level | undefined;
  for (const [level, found] of looks) {
    for (const code of found.codes) if (!codes.has(code)) codes.set(code, level);
    for (const where of found.elsewhere) elsewhere.add(where);
    if (found.unaudited) unaudited ??= level;
  }
  return { codes, ...(unaudited === undefined ? {} : { unaudited }), elsewhere: [...elsewhere].sort() };
}
