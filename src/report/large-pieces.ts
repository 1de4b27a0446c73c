/** Unit: characters. */
const ENOUGH = 64 * 1024;

/** The same text in fewer pieces, each of which is worth a write. */
export function* inLargePieces(pieces: Iterable<string>): Generator<string> {
  let pending = '';
  for (const piece of pieces) {
    pending += piece;
    if (pending.length < ENOUGH) continue;
    yield pending;
    pending = '';
  }
  if (pending !== '') yield pending;
}
