/**
 * What a decoder found wrong with bytes. A fault carries no severity: the findings judge it.
 * `code` is kebab-case and unique over all formats; `offset` is a byte offset in `file`.
 */
export interface FormatFault {
  readonly code: FaultCode;
  readonly file: string;
  readonly offset?: number;
  /** Set when the fault belongs to one message record. */
  readonly uid?: number;
  readonly expected?: string;
  readonly actual?: string;
}

/** Every fault a decoder can report, so that the findings can be checked to cover all of them. */
export const FAULT_CODES = [
  // any file
  'file-missing',
  'file-empty',
  'no-access',
  'no-append',
  // cyrus.index
  'index-too-short',
  'index-version-unknown',
  'index-version-refused',
  'index-start-offset',
  'index-record-size',
  'index-truncated',
  'index-trailing-records',
  'index-header-crc',
  'record-crc',
  'record-uid-order',
  'record-uid-zero',
  'record-uid-above-last-uid',
  'record-modseq-above-highest',
  'record-null-guid',
  'record-undefined-system-flag',
  'record-unnamed-user-flag',
  'record-unlinked-not-expunged',
  'record-cleanup-not-unlinked',
  'record-header-size',
  'record-createdmodseq',
  'index-undefined-option',
  'index-marked-deleted',
  'index-counter',
  'index-sync-crc-basic',
  'index-sync-crc-annot',
  'index-uidvalidity-zero',
  'index-recentuid',
  'index-deletedmodseq',
  // cyrus.header
  'header-magic',
  'header-syntax',
  'header-file-crc',
  'header-flag-name',
  'header-flag-twice',
  // cyrus.cache
  'cache-missing',
  'cache-too-short',
  'cache-generation',
  'cache-repack-interrupted',
  'cache-record-outside',
  'cache-item-length',
  'cache-item-malformed',
  'cache-record-crc',
  'cache-records-overlap',
  'cache-bytes-skipped',
  // cyrusdb
  'db-magic',
  'db-unsupported-format',
  'db-version',
  'db-header-crc',
  'db-truncated',
  'db-dirty',
  'db-trailing-bytes',
  'db-record-crc',
  'db-record-shape',
  'db-link',
  'db-order',
  'db-count',
  'db-transaction',
  // SQLite
  'sqlite-header',
  'sqlite-truncated',
  'sqlite-schema',
  'sqlite-page',
  // values
  'mbentry-syntax',
  'mboxlist-key',
  'annotation-syntax',
  'annotation-without-record',
  'annotation-modseq',
  'seen-syntax',
  'seen-above-lastuid',
  'quota-syntax',
  'sync-log-line',
  'sync-log-partial-line',
  'subscription-syntax',
  'subscription-version',
  // what a user or a server has beside mailboxes
  'counters-size',
  'counters-version',
  'counters-crc',
  'conversations-key',
  'conversations-version',
  'conversations-syntax',
  'sieve-bytecode',
  'skipstamp-size',
  'statuscache-version',
  'statuscache-syntax',
  'sync-cache-syntax',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** A decoded value, or the faults that kept it from being decoded; both when it was decoded in part. */
export interface Decoded<T> {
  readonly value?: T;
  readonly faults: readonly FormatFault[];
}
