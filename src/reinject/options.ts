import type { ManifestMessage } from '../generated/manifest.js';
import type { Credentials, ServerAddress } from './imap-session.js';
import type { Journal } from './journal.js';

/** What `npm run bench:reinject` found to be enough; see docs/salvage.md. */
export const DEFAULT_CONNECTIONS = 4;
export const MAX_CONNECTIONS = 32;

export interface ReinjectOptions {
  readonly server: ServerAddress;
  readonly credentials: Credentials;
  readonly manifest: string;
  readonly messages: AsyncIterable<ManifestMessage>;
  readonly journal: Journal;
  /** In modified UTF-7: for messages whose own mailbox is gone. */
  readonly into?: string;
  readonly isDryRun: boolean;
  /** Messages per second, of all connections together. */
  readonly rate?: number;
  /** Users whose messages are put back at the same time. */
  readonly connections: number;
  readonly onLine: (line: string) => void;
}

export interface ReinjectResult {
  appended: number;
  present: number;
  /** Put back by an earlier run, and removed by somebody since. */
  removed: number;
  flagged: number;
  verified: number;
  /** Not put back, or not as it was. */
  failed: number;
}
