const load = () => process.getBuiltinModule('node:crypto');
let loaded: ReturnType<typeof load> | undefined;

/** Takes as long to load as an audit of a small pair: only when something is hashed. */
const crypto = () => (loaded ??= load());

/** SHA-1 of bytes that come piece by piece, hexadecimal as in a GUID. A piece may be reused once the next is asked for. */
export function sha1(pieces: Iterable<Uint8Array>): string {
  const hash = crypto().createHash('sha1');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** SHA-1 of bytes that are all there, as `sha1` gives it. */
export const sha1Of = (bytes: Uint8Array): string => crypto().hash('sha1', bytes);
