/** How many letters must be put in, left out, changed or exchanged with their neighbour to make one word of the other. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(change, rows[i - 1]![j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** Longer than any name that can be meant: the work grows with the square of it. */
const MAX_LENGTH = 100;

/** The word that was probably meant; undefined when none is near. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const typed = word.toLowerCase();
  let best: { readonly word: string; readonly away: number } | undefined;
  for (const candidate of words) {
    const away = distance(typed, candidate.toLowerCase());
    if (
      away <= Math.max(1, Math.floor(Math.max(typed.length, candidate.length) / 3)) &&
      away < (best?.away ?? Infinity)
    )
      best = { word: candidate, away };
  }
  return best?.word;
}
