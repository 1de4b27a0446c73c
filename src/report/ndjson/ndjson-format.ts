import type { Report, ReportLine } from '../../generated/report.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { ordered, safeJson } from '../ordered-json.js';
import { inLargePieces } from '../large-pieces.js';
import type { ReportFormat } from '../report-format.js';

/** A report as lines; whoever puts the lists together again has the whole report. */
function* reportLines(report: Report): Generator<ReportLine> {
  const { findings, mailboxes, users, cleanUsers = [], unaudited, ...frame } = report;
  const { verdict, complete, attention, acceptance, baseline, counts, ...head } = frame;
  yield { kind: 'report', ...head };
  for (const finding of findings) yield { kind: 'finding', ...finding };
  for (const { findings: own, ...mailbox } of mailboxes) {
    yield { kind: 'mailbox', ...mailbox };
    const { mboxname, uniqueid, userid } = mailbox;
    for (const finding of own)
      yield { kind: 'finding', mboxname, uniqueid, ...(userid === undefined ? {} : { userid }), ...finding };
  }
  for (const { findings: own, ...user } of users) {
    yield { kind: 'user', ...user };
    for (const finding of own) yield { kind: 'finding', userid: user.userid, ...finding };
  }
  for (const userid of cleanUsers) yield { kind: 'clean-user', userid };
  for (const part of unaudited) yield { kind: 'unaudited', ...part };
  yield {
    kind: 'end',
    verdict,
    complete,
    ...(attention === undefined ? {} : { attention }),
    ...(acceptance === undefined ? {} : { acceptance }),
    ...(baseline === undefined ? {} : { baseline }),
    counts,
  };
}

function* pieces(report: Report): Generator<string> {
  for (const line of reportLines(report)) yield `${safeJson(ordered(line))}\n`;
}

export const renderNdjson = (report: Report): string => [...pieces(report)].join('');

export const ndjsonFormat: ReportFormat = {
  name: 'ndjson',
  description: FORMAT_DESCRIPTIONS.ndjson,
  render: renderNdjson,
  pieces: (report) => inLargePieces(pieces(report)),
};
