import type { Mbtype } from '../../model/mailbox.js';

/** The mailbox in which 3.6 keeps a user's sieve scripts. */
export const SIEVE_KIND = 'f';

/** What a mailbox is for, by its letter. Source: mboxlist_mbtype_to_string, imap/mboxlist.c 2.5.17 to 3.13. */
export const MBTYPE_KINDS: Readonly<Record<string, string>> = {
  e: 'email',
  n: 'netnews',
  b: 'collection',
  c: 'calendar',
  a: 'addressbook',
  s: 'submission',
  p: 'pushsubscription',
  j: 'jmapnotify',
  [SIEVE_KIND]: 'sieve',
};

/**
 * Reads the letters of T in any order: 2.5 to 3.4 sorted them differently and left out the `e`.
 * undefined = no T, which is a plain mailbox. Letters that nobody knows are kept in `letters` only.
 * Source: mboxlist.md section 4.
 */
export function parseMbtype(letters: string | undefined): Mbtype {
  const has = (letter: string) => letters?.includes(letter) ?? false;
  return {
    kind: Array.from(letters ?? '').find((letter) => Object.hasOwn(MBTYPE_KINDS, letter)) ?? 'e',
    deleted: has('d'),
    intermediate: has('i'),
    remote: has('r'),
    reserved: has('z'),
    moving: has('m'),
    legacyDirs: has('l'),
    letters: letters ?? '',
  };
}
