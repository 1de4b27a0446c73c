/** Longer texts are not searched: each look reads all that is before it. Unit: UTF-16 units. */
const MAX_SEARCHED = 4_000_000;

/** Where a text stops being JSON, in words; the text is none. */
export function jsonFault(text: string): string {
  if (text.trim() === '') return 'nothing';
  if (text.length > MAX_SEARCHED) return 'text that is not JSON';
  if (canGoOn(text)) return `the beginning of JSON, which ends at line ${placeOf(text, text.length)}`;
  // The longest beginning that could still become JSON: what follows is wrong.
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (canGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return `text that is not JSON from line ${placeOf(text, good)} on: ${JSON.stringify(text.slice(good, good + 20))}`;
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  return `${String(before.split('\n').length)}, column ${String(at - before.lastIndexOf('\n'))}`;
}

/** The parser complains of nothing but the end. */
function canGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return message.startsWith('Unexpected end') || Number(position) === text.length;
  }
}
