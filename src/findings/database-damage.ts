import type { FaultCode } from '../model/fault.js';

/** Faults that mean damage of a database, as against one that was only not closed cleanly. */
export const DATABASE_DAMAGE: readonly FaultCode[] = [
  'db-magic',
  'db-version',
  'db-header-crc',
  'db-truncated',
  'db-record-crc',
  'db-record-shape',
  'db-link',
  'db-order',
  'db-count',
  'db-transaction',
  'db-unsupported-format',
];
