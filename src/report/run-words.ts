import type { Report, ReportSide, Unaudited } from '../generated/report.js';
import { CLASSES } from '../model/effects.js';
import { counted, grouped } from './numbers.js';
import { printable } from './printable.js';

/** A side as a heading. */
export function sideName({ role }: ReportSide): string {
  return { master: 'Master', replica: 'Replica', single: 'Side' }[role];
}

/** What was looked at on a side. @param isBlank nothing below the mailbox lists was */
export function sideWords(side: ReportSide, isBlank: boolean): string {
  if (isBlank) return `no mailbox looked at, Cyrus ${printable(side.engine)}`;
  return [
    `${counted(side.mailboxes, 'mailbox', 'mailboxes')} on ${counted(side.partitions.length, 'partition')}`,
    `${grouped(side.deletedMailboxes)} deleted`,
    counted(side.tombstones, 'tombstone'),
    counted(side.records, 'record'),
    `${counted(side.files, 'message file')} seen`,
    `Cyrus ${printable(side.engine)}`,
  ].join(', ');
}

/** How the audit was run, as labelled lines; those of which there is nothing to say are left out. */
export function howWords(report: Report): readonly (readonly [label: string, words: string])[] {
  const { sides } = report;
  const lines = {
    Engine: engineWords(sides),
    Subset: subsetWords(report),
    Recheck: recheckWords(report),
    Known: knownWords(report),
  };
  return Object.entries(lines).flatMap(([label, words]) => (words === undefined ? [] : [[label, words] as const]));
}

/** Mailboxes or users by class. */
export const classWords = (counts: Report['counts']['mailboxes'], isBlank: boolean): string =>
  isBlank ? 'none was looked at' : CLASSES.map((of) => `${grouped(counts[of])} ${of}`).join(', ');

/** What was not looked into. */
function subsetWords({ subset, hashedSince }: Report): string | undefined {
  const narrowed = subset ?? hashedSince;
  if (narrowed === undefined) return undefined;
  const { master = 0, replica = 0, single = 0 } = narrowed.notHashed;
  const left = counted(master + replica + single, 'message file');
  const part = subset === undefined ? 'what' : `part ${subset.part} of ${subset.of}`;
  const since =
    hashedSince === undefined ? '' : ` ${subset === undefined ? '' : 'as far as it '}changed since ${hashedSince.time}`;
  return `${part}${since} was hashed; of ${left} only name and size were looked at`;
}

/** What no side can give back, if there is any. */
export function atRiskWords({ command, counts: { atRisk = 0 } }: Report): string | undefined {
  const where = command === 'check' ? 'this side' : 'either side';
  return atRisk === 0 ? undefined : `${counted(atRisk, 'message')} without an intact copy on ${where}`;
}

/** What was gone when it was looked at again, if anything was to be looked at again. */
function recheckWords({ recheck }: Report): string | undefined {
  if (recheck === undefined) return undefined;
  const settled = Object.values(recheck.settled).reduce((sum, n) => sum + n, 0);
  const looks = `${counted(recheck.looks, 'further look')} at what differs, ${grouped(recheck.delaySeconds)} s apart`;
  return `${looks}: ${counted(settled, 'finding')} had settled`;
}

/** What was known before, if that was asked. */
export function knownWords({ acceptance, baseline }: Report): string | undefined {
  const words = [
    ...(acceptance === undefined
      ? []
      : [`${counted(acceptance.findings, 'finding')} accepted`, ...expiredWords(acceptance)]),
    ...(baseline === undefined
      ? []
      : [
          `since ${baseline.startedAt} ${grouped(baseline.new)} new, ${grouped(baseline.still)} still there, ${grouped(baseline.resolved.length + baseline.resolvedNotListed)} resolved`,
        ]),
  ];
  return words.length === 0 ? undefined : words.join('; ');
}

function expiredWords({ entries }: NonNullable<Report['acceptance']>): string[] {
  const expired = entries.filter(({ state }) => state === 'expired').length;
  return expired === 0 ? [] : [`${counted(expired, 'entry', 'entries')} of the list expired`];
}

/** Which release the predictions are those of, and that it was only assumed. */
function engineWords(sides: readonly ReportSide[]): string | undefined {
  const engine = sides.find(({ role }) => role === 'master')?.replicatesAs;
  if (engine === undefined) return undefined;
  const why =
    engine.from === 'given' ? 'as given' : 'the oldest that could have written its spool; --engine names another';
  return `replication as Cyrus ${engine.version} does it (${why})`;
}

/** `replica user.ada cyrus.index`: what could not be audited, as it stands in the report. */
export function unauditedPlace({ what, side, mboxname }: Unaudited): string {
  return [side === 'single' ? undefined : side, mboxname, what].filter((word) => word !== undefined).join(' ');
}
