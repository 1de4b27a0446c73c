/** Findings that say that a database is not as a clean shutdown leaves it. */
export const DATABASE_CODES: ReadonlySet<string> = new Set([
  'annotations-damaged',
  'annotations-database-damaged',
  'database-needs-recovery',
  'dav-database-damaged',
  'mailbox-database-damaged',
  'mbentry-unreadable',
  'mboxlist-damaged',
  'mboxlist-distrusted',
  'mboxlist-doubtful',
  'mboxlist-empty',
  'mboxlist-missing',
  'mboxlist-needs-recovery',
  'user-database-damaged',
]);
