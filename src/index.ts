/**
 * The library: run an audit, ask a gate, verify a user who moves, read a report (as JSON or NDJSON) or what `inspect --json`
 * printed, look up what a finding means.
 */
export { auditPair, auditSide, type AuditOptions, type AuditProgress } from './run/audit.js';
export { askGate, type GateOptions, type GateOutcome } from './run/gate.js';
export { verifyUser, type UserVerdict, type VerifyUserOptions } from './run/verify-user.js';
export { AuditError, type AuditErrorCode } from './model/audit-error.js';
export { catalogue } from './findings/catalogue.js';
export type { Report, ReportLine } from './generated/report.js';
export type { GateReport } from './generated/gate.js';
export type { Inspect, InspectFile, InspectItem } from './generated/inspect.js';
