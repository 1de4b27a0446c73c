import type { Report, ReportFindingLine, ReportLine } from '../../generated/report.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { ordered, safeJson } from '../ordered-json.js';
import type { ReportFormat } from '../report-format.js';

/** A report as lines; whoever puts the lists together again has the whole report. */
export function reportLines(report: Report): ReportLine[] {
  const { findings, mailboxes, users, cleanUsers = [], unaudited, ...frame } = report;
  const { verdict, complete, attention, acceptance, baseline, counts, ...head } = frame;
  const finding = (place: Pick<ReportFindingLine, 'mboxname' | 'uniqueid' | 'userid'>) => {
    return (item: Report['findings'][number]): ReportLine => ({ kind: 'finding', ...place, ...item });
  };
  return [
    { kind: 'report', ...head },
    ...findings.map(finding({})),
    ...mailboxes.flatMap(({ findings: own, ...mailbox }): ReportLine[] => {
      const { mboxname, uniqueid, userid } = mailbox;
      const place = { mboxname, uniqueid, ...(userid === undefined ? {} : { userid }) };
      return [{ kind: 'mailbox', ...mailbox }, ...own.map(finding(place))];
    }),
    ...users.flatMap(({ findings: own, ...user }): ReportLine[] => [
      { kind: 'user', ...user },
      ...own.map(finding({ userid: user.userid })),
    ]),
    ...cleanUsers.map((userid): ReportLine => ({ kind: 'clean-user', userid })),
    ...unaudited.map((part): ReportLine => ({ kind: 'unaudited', ...part })),
    {
      kind: 'end',
      verdict,
      complete,
      ...(attention === undefined ? {} : { attention }),
      ...(acceptance === undefined ? {} : { acceptance }),
      ...(baseline === undefined ? {} : { baseline }),
      counts,
    },
  ];
}

export function renderNdjson(report: Report): string {
  return reportLines(report)
    .map((line) => `${safeJson(ordered(line))}\n`)
    .join('');
}

export const ndjsonFormat: ReportFormat = {
  name: 'ndjson',
  description: FORMAT_DESCRIPTIONS.ndjson,
  render: renderNdjson,
};
