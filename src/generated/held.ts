/* Generated from schemas/held.schema.json by npm run generate. Do not edit. */

/**
 * Users and shared mailboxes that `cyraudit plan` keeps from replication: since when, and what each run found. The next run reads it, so that what is held keeps its history until it is clean.
 */
export interface HeldFile {
  schemaVersion: 1;
  /**
   * When the audit began that it was last written for.
   */
  updatedAt: string;
  held: readonly HeldItem[];
}
/**
 * A user, or a shared mailbox.
 */
export interface HeldItem {
  userid?: string;
  /**
   * Internal name.
   */
  mboxname?: string;
  /**
   * When the first audit began that it was held after.
   */
  since: string;
  /**
   * Oldest first; the last 100.
   */
  history: readonly HeldRun[];
}
export interface HeldRun {
  at: string;
  codes: readonly string[];
  reasons?: readonly string[];
}
