import { parseName } from '../formats/mboxlist/names.js';

/** A namespace as the server tells it (RFC 2342). */
export interface Namespace {
  readonly prefix: string;
  readonly delimiter: string;
}

/** Who owns an internal name; undefined for a shared mailbox. */
export const ownerOf = (mboxname: string): string | undefined => parseName(mboxname).owner;

/**
 * The name by which its owner knows a mailbox, or an administrator a shared one, in modified UTF-7 like the internal name.
 * Source: mboxname_toexternal, imap/mboxname.c 3.6.1.
 */
export function imapName(mboxname: string, { prefix, delimiter }: Namespace): string {
  const { parts, owner } = parseName(mboxname);
  const names = (owner === undefined ? parts : parts.slice(2)).map((part) =>
    delimiter === '.' ? part : part.replaceAll('^', '.'),
  );
  if (names.length === 0) return 'INBOX';
  return (owner === undefined ? '' : prefix) + names.join(delimiter);
}
