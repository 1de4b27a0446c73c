import { decodeMutf7 } from './mutf7.js';

/**
 * Characters that would move the cursor, change colours or turn the reading direction on a terminal: C0, DEL, C1,
 * line and paragraph separators, bidirectional controls, zero-width characters and halves of surrogate pairs; and the
 * two that are no characters and that XML forbids.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

/** Replaces each of them by what `escape` makes of it. */
export function escapeUnsafe(text: string, escape: (character: string) => string): string {
  return text.replace(UNSAFE, escape);
}

/** A UTF-16 unit as JavaScript and JSON write it. */
export function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Text from a spool, made harmless for a terminal: each unsafe character becomes `\x1b` or `\u202e`. */
export function printable(text: string): string {
  return escapeUnsafe(text, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : unicodeEscape(character);
  });
}

/** A mailbox name for a person: decoded and harmless. */
export function printableMboxname(mboxname: string): string {
  return printable(decodeMutf7(mboxname));
}
