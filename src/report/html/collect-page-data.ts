import type { Report, ReportFinding } from '../../generated/report.js';
import { EFFECTS } from '../../model/effects.js';
import { EFFECT_WORDS } from '../effect-words.js';
import { findingDetails, findingMessage, UNKNOWN_TITLE } from '../finding-message.js';
import { decodeMutf7 } from '../mutf7.js';
import { mayRun } from '../outcome.js';
import { printable } from '../printable.js';
import type { Catalogue } from '../report-format.js';
import { SIDE_NAMES, type PageCode, type PageData, type PagePlace, type PageRow } from './page-data.js';

/** Rows that a browser still holds with ease; of more, the mildest are left out. */
export const MAX_ROWS = 200_000;

/** Everything that the list of findings shows, made harmless for a screen. */
export function collectPageData(report: Report, catalogue: Catalogue, maxRows = MAX_ROWS): PageData {
  const isAdvised = mayRun(report);
  const codes: PageCode[] = [];
  const codeNumbers = new Map<string, number>();
  const codeNumber = (finding: ReportFinding): number => {
    let number = codeNumbers.get(finding.code);
    if (number === undefined) {
      number = codes.push(pageCode(finding, catalogue, isAdvised)) - 1;
      codeNumbers.set(finding.code, number);
    }
    return number;
  };
  // Numbered as the sides are.
  const places: PagePlace[] = SIDE_NAMES.map((name) => {
    if (name !== '') return ['pair', `the ${name}`];
    return ['pair', report.command === 'check' ? 'this side' : 'the pair'];
  });
  const rows: PageRow[] = [];
  const addAll = (findings: readonly ReportFinding[], place: number): void => {
    for (const finding of findings) rows.push(pageRow(finding, codeNumber(finding), place, catalogue));
  };
  for (const finding of report.findings) addAll([finding], sideNumber(finding));
  for (const { mboxname, uniqueid, userid, findings } of report.mailboxes) {
    const name = printable(decodeMutf7(mboxname));
    const internal = printable(mboxname);
    const place = ['mailbox', name, printable(uniqueid ?? ''), printable(userid ?? '')] as const;
    addAll(findings, places.push(internal === name ? place : [...place, internal]) - 1);
  }
  for (const { userid, findings } of report.users) addAll(findings, places.push(['user', printable(userid)]) - 1);
  return { codes, places, effects: EFFECTS.map((effect) => EFFECT_WORDS[effect]), rows: worst(rows, codes, maxRows) };
}

function pageCode({ code, class: findingClass }: ReportFinding, catalogue: Catalogue, isAdvised: boolean): PageCode {
  const texts = catalogue.get(code);
  if (texts === undefined) return { code, class: findingClass, title: UNKNOWN_TITLE };
  const { title, why, replication, remedy } = texts;
  const withRemedy = isAdvised || findingClass !== 'safe';
  return { code, class: findingClass, title, why, replication, ...(withRemedy ? { remedy } : {}) };
}

function pageRow(finding: ReportFinding, code: number, place: number, catalogue: Catalogue): PageRow {
  const texts = catalogue.get(finding.code);
  const effects = (finding.effects ?? []).reduce((bits, effect) => bits | (1 << EFFECTS.indexOf(effect)), 0);
  const details = findingDetails(finding, texts);
  const uid = finding.uid ?? -1;
  const row = [code, place, sideNumber(finding), uid, effects, findingMessage(finding, texts)] as const;
  if (finding.accepted !== undefined) return [...row, details, printable(finding.accepted.expires)];
  return details.length === 0 ? row : [...row, details];
}

/** 0 where no single side is meant, or there is but one. */
const sideNumber = ({ side }: ReportFinding): number =>
  Math.max(
    0,
    SIDE_NAMES.findIndex((name) => name === side),
  );

function worst(rows: PageRow[], codes: readonly PageCode[], maxRows: number): PageRow[] {
  if (rows.length <= maxRows) return rows;
  let room = maxRows;
  const kept = new Set<PageRow>();
  for (const findingClass of ['halt', 'admin', 'safe'] as const) {
    const members = rows.filter(([code]) => codes[code]!.class === findingClass).slice(0, room);
    for (const row of members) kept.add(row);
    room -= members.length;
  }
  return rows.filter((row) => kept.has(row));
}
