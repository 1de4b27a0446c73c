/**
 * A name as reports print it. Names are bytes to Cyrus; nearly all are ASCII. UTF-8 where the bytes are valid
 * UTF-8, else latin1, so that no two different valid names become one through replacement characters.
 */
export function decodeName(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes) ? bytes.toString('latin1') : text;
}
