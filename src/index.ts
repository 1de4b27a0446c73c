/** The library: run an audit, read its report (as JSON or NDJSON) or what `inspect --json` printed, look up what a finding means. */
export { auditPair, auditSide, type AuditOptions, type AuditProgress } from './run/audit.js';
export { AuditError, type AuditErrorCode } from './model/audit-error.js';
export { catalogue } from './findings/catalogue.js';
export type { Report, ReportLine } from './generated/report.js';
export type { Inspect, InspectFile, InspectItem } from './generated/inspect.js';
