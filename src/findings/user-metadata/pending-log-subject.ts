import type { FormatFault } from '../../model/fault.js';
import { defineFor } from '../define.js';

/** A line of a pending log that could not be read. */
export interface PendingLogSubject {
  readonly fault: FormatFault;
  /** null = the default channel. */
  readonly channel: string | null;
}

export const definePendingLogFinding = defineFor<PendingLogSubject>('list');
