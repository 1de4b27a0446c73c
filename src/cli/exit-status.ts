import { STATUS_INCOMPLETE } from '../report/exit-status.js';

export { exitStatus } from '../report/exit-status.js';

/** Errors of the call, the set-up or the machine, and audits that could not be finished. */
export const STATUS_UNKNOWN = STATUS_INCOMPLETE;
/** A bug of cyraudit. Source: EX_SOFTWARE of sysexits.h. */
export const STATUS_BUG = 70;
