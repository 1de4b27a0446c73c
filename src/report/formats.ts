import { combinedFormat } from './combined/combined-format.js';
import { htmlFormat } from './html/html-format.js';
import { jsonFormat } from './json/json-format.js';
import { junitFormat } from './junit/junit-format.js';
import { nagiosFormat } from './nagios/nagios-format.js';
import { ndjsonFormat } from './ndjson/ndjson-format.js';
import { prometheusFormat } from './prometheus/prometheus-format.js';
import type { ReportFormat } from './report-format.js';
import { sarifFormat } from './sarif/sarif-format.js';
import { summaryFormat } from './summary/summary-format.js';
import { syslogFormat } from './syslog/syslog-format.js';
import { textFormat } from './text/text-format.js';

/** Every report format; the first is the default. */
export const reportFormats: readonly ReportFormat[] = [
  textFormat,
  jsonFormat,
  ndjsonFormat,
  junitFormat,
  sarifFormat,
  prometheusFormat,
  nagiosFormat,
  combinedFormat,
  htmlFormat,
  summaryFormat,
  syslogFormat,
];
