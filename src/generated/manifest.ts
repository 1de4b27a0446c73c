/* Generated from schemas/manifest.schema.json by npm run generate. Do not edit. */

/**
 * docs/salvage.md says what each means.
 */
export type ManifestVerdict =
  | 'never-seen'
  | 'in-deleted-mailbox'
  | 'damaged-here-intact-elsewhere'
  | 'damaged-everywhere'
  | 'damaged-on-new'
  | 'only-in-deleted'
  | 'flags-changed'
  | 'expunged-on-new'
  | 'cleaned-on-new'
  | 'removed-on-old';

/**
 * What `cyraudit salvage` found on OLD that NEW lacks. Messages are in the order of OLD's mailbox list, then by UID. A message is a line of its own, so that a manifest of any size can be read as a stream.
 */
export interface Manifest {
  schemaVersion: 1;
  kind: 'salvage-manifest';
  tool: ManifestTool;
  startedAt: string;
  /**
   * OLD, then NEW.
   */
  sides: readonly ManifestSide[];
  selection: ManifestSelection;
  messages: readonly ManifestMessage[];
  /**
   * Mailboxes that NEW has under another name. Their messages are not lost.
   */
  renamed: readonly ManifestRenamed[];
  /**
   * What could not be judged. What it holds may be lost.
   */
  unaudited: readonly ManifestUnaudited[];
  counts: ManifestCounts;
  /**
   * False when anything is unaudited.
   */
  complete: boolean;
  finishedAt: string;
}
export interface ManifestTool {
  name: 'cyraudit';
  version: string;
}
export interface ManifestSide {
  role: 'old' | 'new';
  /**
   * As given on the command line.
   */
  source: string;
  root?: string;
}
/**
 * What was asked for; absent = everything.
 */
export interface ManifestSelection {
  users?: readonly string[];
  mailboxes?: readonly string[];
  logs?: readonly string[];
  since?: string;
  include: ('expunged' | 'deleted' | 'flags')[];
}
export interface ManifestMessage {
  /**
   * Absent for a shared mailbox.
   */
  userid?: string;
  /**
   * Internal name on OLD.
   */
  mboxname: string;
  /**
   * On OLD.
   */
  uid: number;
  guid: string;
  /**
   * The SHA-1 of `source` was found to be the GUID. What is not offered is not read.
   */
  verified: boolean;
  /**
   * Bytes.
   */
  size: number;
  internaldate: string;
  /**
   * Seconds since the epoch.
   */
  internaldateEpoch: number;
  flags: ManifestFlags;
  annotations: readonly ManifestAnnotation[];
  /**
   * Path of the message file to take.
   */
  source: string;
  /**
   * With --export: path of the copy, relative to the manifest.
   */
  file?: string;
  target: ManifestTarget;
  verdict: ManifestVerdict;
  /**
   * The evidence.
   */
  why: string;
  /**
   * reinject takes it.
   */
  recover: boolean;
  sameAs?: ManifestSameAs;
  /**
   * Of flags-changed: flags that OLD has and NEW lacks.
   */
  flagsToAdd?: readonly string[];
  /**
   * Of flags-changed: flags that NEW has and OLD lacks. Nothing removes them.
   */
  flagsOnlyOnNew?: readonly string[];
}
export interface ManifestFlags {
  system: readonly string[];
  user: readonly string[];
}
export interface ManifestAnnotation {
  entry: string;
  /**
   * Whose it is; empty = everybody's.
   */
  userid: string;
  value?: string;
  /**
   * Instead of `value` when it is not UTF-8.
   */
  valueBase64?: string;
}
export interface ManifestTarget {
  /**
   * Internal name on NEW.
   */
  mboxname: string;
  /**
   * False: reinject needs --into.
   */
  exists: boolean;
  /**
   * Of flags-changed: its UID on NEW.
   */
  uid?: number;
}
/**
 * The same message is offered from another mailbox of the user: it is recovered once.
 */
export interface ManifestSameAs {
  mboxname: string;
  uid: number;
}
export interface ManifestRenamed {
  /**
   * Internal name on OLD.
   */
  mboxname: string;
  /**
   * Internal name on NEW.
   */
  now: string;
}
export interface ManifestUnaudited {
  what: string;
  side?: 'old' | 'new';
  mboxname?: string;
  reason: string;
}
export interface ManifestCounts {
  /**
   * Users and shared mailboxes of OLD that were looked at.
   */
  accounts: number;
  /**
   * Of OLD.
   */
  mailboxes: number;
  /**
   * Of these mailboxes.
   */
  records: number;
  filesHashed: number;
  bytesHashed: number;
  /**
   * Messages with `recover`.
   */
  recover: number;
  recoverBytes: number;
  verdicts: {
    [k: string]: number;
  };
}
