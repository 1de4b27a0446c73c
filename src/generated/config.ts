/* Generated from schemas/config.schema.json by npm run generate. Do not edit. */

/**
 * Only these users.
 */
export type Globs = readonly string[];
/**
 * Only these mailboxes, by internal name.
 */
export type Globs1 = readonly string[];
/**
 * Only these partitions.
 */
export type Globs2 = readonly string[];
export type Path = string;
export type Duration = string;
export type Globs3 = readonly string[];

/**
 * cyraudit.toml: sides by name, and what the options of commands are when they are not typed. Relative paths are taken from the directory of the file.
 */
export interface ConfigFile {
  /**
   * Sides by name: a name stands where a command takes a side.
   */
  side?: {
    [k: string]: ConfigSide;
  };
  options?: ConfigAuditOptions;
  compare?: ConfigAuditOptions1;
  check?: ConfigAuditOptions2;
  render?: ConfigRenderOptions;
  plan?: ConfigPlanOptions;
  explain?: ConfigExplainOptions;
}
export interface ConfigSide {
  /**
   * The imapd.conf of the side, or a directory that holds it.
   */
  source: string;
  /**
   * Absolute paths in imapd.conf lie below this directory.
   */
  root?: string;
  /**
   * Release of Cyrus that runs there, such as 3.6.1. Without it, its spool tells.
   */
  engine?: string;
}
/**
 * Of every command that has the option.
 */
export interface ConfigAuditOptions {
  level?: 'index' | 'files' | 'content';
  /**
   * FORMAT for stdout, or FORMAT=FILE.
   */
  report?: readonly string[];
  user?: Globs;
  mailbox?: Globs1;
  partition?: Globs2;
  'max-lost'?: number;
  recheck?: number;
  /**
   * Unit: s.
   */
  'recheck-delay'?: number;
  subset?: string;
  'hash-since'?: string;
  'subset-state'?: Path;
  'max-duration'?: Duration;
  'time-limit'?: Duration;
  threads?: number;
  /**
   * Unit: MB/s.
   */
  'io-limit'?: number;
  nice?: boolean;
  'fail-on'?: 'safe' | 'admin' | 'halt';
  accept?: readonly Path[];
  baseline?: Path;
  quiet?: boolean;
  progress?: boolean;
  color?: boolean;
}
/**
 * Of compare, before those of [options].
 */
export interface ConfigAuditOptions1 {
  level?: 'index' | 'files' | 'content';
  /**
   * FORMAT for stdout, or FORMAT=FILE.
   */
  report?: readonly string[];
  user?: Globs;
  mailbox?: Globs1;
  partition?: Globs2;
  'max-lost'?: number;
  recheck?: number;
  /**
   * Unit: s.
   */
  'recheck-delay'?: number;
  subset?: string;
  'hash-since'?: string;
  'subset-state'?: Path;
  'max-duration'?: Duration;
  'time-limit'?: Duration;
  threads?: number;
  /**
   * Unit: MB/s.
   */
  'io-limit'?: number;
  nice?: boolean;
  'fail-on'?: 'safe' | 'admin' | 'halt';
  accept?: readonly Path[];
  baseline?: Path;
  quiet?: boolean;
  progress?: boolean;
  color?: boolean;
}
/**
 * Of check, before those of [options].
 */
export interface ConfigAuditOptions2 {
  level?: 'index' | 'files' | 'content';
  /**
   * FORMAT for stdout, or FORMAT=FILE.
   */
  report?: readonly string[];
  user?: Globs;
  mailbox?: Globs1;
  partition?: Globs2;
  'max-lost'?: number;
  recheck?: number;
  /**
   * Unit: s.
   */
  'recheck-delay'?: number;
  subset?: string;
  'hash-since'?: string;
  'subset-state'?: Path;
  'max-duration'?: Duration;
  'time-limit'?: Duration;
  threads?: number;
  /**
   * Unit: MB/s.
   */
  'io-limit'?: number;
  nice?: boolean;
  'fail-on'?: 'safe' | 'admin' | 'halt';
  accept?: readonly Path[];
  baseline?: Path;
  quiet?: boolean;
  progress?: boolean;
  color?: boolean;
}
export interface ConfigRenderOptions {
  /**
   * FORMAT, or FORMAT=FILE.
   */
  to?: string;
  color?: boolean;
}
export interface ConfigPlanOptions {
  into?: Path;
}
export interface ConfigExplainOptions {
  color?: boolean;
}
export interface ConfigAuditOptions3 {
  level?: 'index' | 'files' | 'content';
  /**
   * FORMAT for stdout, or FORMAT=FILE.
   */
  report?: readonly string[];
  user?: Globs;
  mailbox?: Globs1;
  partition?: Globs2;
  'max-lost'?: number;
  recheck?: number;
  /**
   * Unit: s.
   */
  'recheck-delay'?: number;
  subset?: string;
  'hash-since'?: string;
  'subset-state'?: Path;
  'max-duration'?: Duration;
  'time-limit'?: Duration;
  threads?: number;
  /**
   * Unit: MB/s.
   */
  'io-limit'?: number;
  nice?: boolean;
  'fail-on'?: 'safe' | 'admin' | 'halt';
  accept?: readonly Path[];
  baseline?: Path;
  quiet?: boolean;
  progress?: boolean;
  color?: boolean;
}
