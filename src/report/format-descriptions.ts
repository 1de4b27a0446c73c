/** What each report format is, for --help: apart from the formats themselves, so that help need not load them. */
export const FORMAT_DESCRIPTIONS = {
  text: 'for a person: the verdict, the reasons and what to do (the default)',
  json: 'the whole report, as defined by schemas/report.schema.json',
  ndjson: 'the same, an object a line (#/$defs/ndjsonLine): head, findings, what was not audited, verdict',
  junit:
    'JUnit XML for CI: a case per mailbox or user with a finding and per clean user; admin and halt fail, what was not audited errs',
  sarif: 'SARIF 2.1.0 for code scanning: a rule per finding of the catalogue, results with file and byte offset',
  prometheus:
    'metrics for the textfile collector of the Prometheus node exporter; with =FILE.prom, replaced as a whole',
  nagios: 'the line of a monitoring plugin: state (as the exit status without --fail-on), words, performance data',
  combined: [
    'a line per mailbox with a finding, as rclone check --combined:',
    '= nothing to do: only blemishes that replication neither spreads nor trips over',
    '+ only on the master (by uniqueid)',
    '- only on the replica (by uniqueid)',
    '* differs, or is damaged',
    '! could not be audited (a mailbox, or another part of a side)',
    '# the verdict, and how many mailboxes, users and findings have no line of their own',
  ].join('\n'),
  html: 'one file for a browser: the verdict, what to do, a picture of the pair, all findings to search',
  summary: 'one line of key=value: verdict, complete, what was counted, and the verdict in words',
  syslog:
    'a line of key=value for each finding, worst first, for what was not audited, and for the verdict, with a priority such as <4> for journald; at most 1001',
} as const;
