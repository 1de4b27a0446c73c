import type { FaultFacts } from './define.js';

/** What the findings about files that the server may not use have in common. */
export const NOT_ACCESSIBLE = {
  example: {
    file: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h/cyrus.index',
    offset: 0,
    expected: 'read and write for uid 106, gid 8',
    found: 'mode 0644 of uid 0, gid 0',
  },
  message: (f: FaultFacts) => `${f.file}: expected ${f.expected}, found ${f.found}`,
} as const;

export const GIVE_BACK_MAILBOX =
  'chown -R cyrus:mail DIRECTORY (the user and group of the other mailboxes), chmod 700 the directory and 600 the files, and look at what else was restored with it. Audit again.';
