import type { Mbtype } from '../../model/mailbox.js';

/** Source: mboxlist_mbtype_to_string, imap/mboxlist.c 2.5.17 to 3.13; mboxlist.md section 4. */
const KINDS = 'enbcaspjf';

/**
 * Reads the letters of T in any order: 2.5 to 3.4 sorted them differently and left out the `e`.
 * undefined = no T, which is a plain mailbox. Letters that nobody knows are kept in `letters` only.
 */
export function parseMbtype(letters: string | undefined): Mbtype {
  const has = (letter: string) => letters?.includes(letter) ?? false;
  return {
    kind: Array.from(letters ?? '').find((letter) => KINDS.includes(letter)) ?? 'e',
    deleted: has('d'),
    intermediate: has('i'),
    remote: has('r'),
    reserved: has('z'),
    moving: has('m'),
    legacyDirs: has('l'),
    letters: letters ?? '',
  };
}
