/* Generated from schemas/config.schema.json by npm run generate. Do not edit. */

export type Path = string;
export type Duration = string;

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
  compare?: ConfigAuditOptions;
  check?: ConfigAuditOptions;
  render?: ConfigRenderOptions;
  plan?: ConfigPlanOptions;
  explain?: ConfigExplainOptions;
  gate?: ConfigGateOptions;
  'verify-user'?: ConfigVerifyUserOptions;
  salvage?: ConfigSalvageOptions;
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
 * Below [options] they are of every command that has the option; what stands below [compare] or [check] comes before it.
 */
export interface ConfigAuditOptions {
  level?: 'index' | 'files' | 'content';
  /**
   * FORMAT for stdout, or FORMAT=FILE.
   */
  report?: readonly string[];
  /**
   * Only these users.
   */
  user?: readonly string[];
  /**
   * Only these mailboxes, by internal name.
   */
  mailbox?: readonly string[];
  /**
   * Only these partitions.
   */
  partition?: readonly string[];
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
  syslog?: boolean;
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
/**
 * Its other options must be typed: what it looks at and puts up with comes from no file.
 */
export interface ConfigGateOptions {
  threads?: number;
  color?: boolean;
}
/**
 * Its other options must be typed.
 */
export interface ConfigVerifyUserOptions {
  deadline?: string;
  threads?: number;
}
/**
 * Its other options must be typed: nobody shall miss a message because of a file.
 */
export interface ConfigSalvageOptions {
  quiet?: boolean;
  progress?: boolean;
  color?: boolean;
}
