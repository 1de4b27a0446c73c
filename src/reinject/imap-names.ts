import { parseName } from '../formats/mboxlist/names.js';

/** A namespace as the server tells it (RFC 2342). */
export interface Namespace {
  readonly prefix: string;
  readonly delimiter: string;
}

export interface Namespaces {
  readonly personal: Namespace;
  /** Prefixes of what other users, and nobody, own. */
  readonly foreign: readonly string[];
}

/** Who owns an internal name; undefined for a shared mailbox. */
export const ownerOf = (mboxname: string): string | undefined => parseName(mboxname).owner;

/**
 * The name by which its owner knows a mailbox, or an administrator a shared one, in modified UTF-7 like the internal name.
 * Source: mboxname_toexternal, imap/mboxname.c 3.6.1.
 */
export function imapName(mboxname: string, { prefix, delimiter }: Namespace): string {
  const { parts, owner, domain } = parseName(mboxname);
  const names = (owner === undefined ? parts : parts.slice(2)).map((part) =>
    delimiter === '.' ? part : part.replaceAll('^', '.'),
  );
  if (names.length === 0) return 'INBOX';
  // Only administrators are told a domain, and see those of others.
  if (owner === undefined) return names.join(delimiter) + (domain === undefined ? '' : `@${domain}`);
  return prefix + names.join(delimiter);
}

/** True for a mailbox of the user himself, by the name that he knows it by. */
export function isPersonal(name: string, { personal: { prefix, delimiter }, foreign }: Namespaces): boolean {
  if (/^inbox$/i.test(name)) return true;
  if (prefix !== '') return name.startsWith(prefix);
  return !foreign.some((other) => other !== '' && (name + delimiter).startsWith(other));
}
