import { printable } from '../report/printable.js';

/** One line on stderr for a user's error, whatever the file names in it hold. */
export function complain(text: string): void {
  process.stderr.write(`cyraudit: ${printable(text.replaceAll('\n', ' '))}\n`);
}
