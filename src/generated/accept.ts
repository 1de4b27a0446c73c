/* Generated from schemas/accept.schema.json by npm run generate. Do not edit. */

/**
 * Findings that somebody has looked at and lives with for a time: `--accept FILE`. They stay in the report and no longer decide the exit status. A finding of class `halt` cannot be accepted.
 */
export interface AcceptFile {
  $schema?: string;
  accepted: readonly AcceptEntry[];
}
export interface AcceptEntry {
  /**
   * As `explain` lists them.
   */
  code: string;
  /**
   * Only on this side.
   */
  side?: 'master' | 'replica' | 'single';
  /**
   * Only in mailboxes that match this glob of internal names.
   */
  mailbox?: string;
  /**
   * Only of users that match this glob.
   */
  user?: string;
  /**
   * Only this message.
   */
  uid?: number;
  /**
   * Why it may stay, for whoever reads the report.
   */
  reason: string;
  /**
   * The last day, UTC, on which it is accepted.
   */
  expires: string;
}
