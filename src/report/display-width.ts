import { eastAsianWidth } from 'get-east-asian-width';

const ASCII = /^[\x20-\x7e]*$/;
/** What is drawn over the character before it. */
const COMBINING = /^[\p{Mn}\p{Me}]$/u;

/** Columns that a harmless text takes on a terminal. An ambiguous character is narrow, as terminals have it. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text)
    if (!COMBINING.test(character)) width += eastAsianWidth(character.codePointAt(0)!, { ambiguousAsWide: false });
  return width;
}

/** Followed by blanks up to a column. */
export const padColumns = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
