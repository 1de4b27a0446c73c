import type { ManifestMessage } from '../generated/manifest.js';
import type { Credentials, ServerAddress } from './imap-session.js';
import type { Journal } from './journal.js';

export interface ReinjectOptions {
  readonly server: ServerAddress;
  readonly credentials: Credentials;
  readonly manifest: string;
  readonly messages: AsyncIterable<ManifestMessage>;
  readonly journal: Journal;
  /** In modified UTF-7: for messages whose own mailbox is gone. */
  readonly into?: string;
  readonly isDryRun: boolean;
  /** Messages per second. */
  readonly rate?: number;
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
