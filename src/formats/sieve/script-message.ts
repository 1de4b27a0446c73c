/** A script as 3.6 keeps it: a message of the user's #sieve mailbox. */
export interface ScriptMessage {
  readonly name: string;
  /** The script itself: everything below the headers. */
  readonly content: Buffer;
}

/** Headers of such a message are a few hundred bytes; the name alone may have 1024. */
const MAX_HEADERS = 64 * 1024;

/**
 * Reads name and content of a script message: its Subject, and its body. undefined = it has no Subject or no body.
 * Source: store_script, imap/sieve_db.c 3.6.1.
 */
export function parseScriptMessage(bytes: Buffer): ScriptMessage | undefined {
  const end = bytes.subarray(0, MAX_HEADERS).indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const headers = bytes.toString('latin1', 0, end);
  const subject = /(?:^|\r\n)subject:((?:[^\r\n]|\r\n[ \t])*)/i.exec(headers)?.[1];
  if (subject === undefined) return undefined;
  return { name: decodeWords(subject.replaceAll('\r\n', '').trim()), content: bytes.subarray(end + 4) };
}

/** Encoded words of RFC 2047 in UTF-8, which is all that Cyrus writes; others stay as they are. */
function decodeWords(text: string): string {
  const joined = text.replace(/\?=[ \t]+=\?/g, '?==?');
  return joined.replace(/=\?utf-8\?([bq])\?([^? ]*)\?=/gi, (_word, encoding: string, encoded: string) =>
    encoding.toLowerCase() === 'b' ? Buffer.from(encoded, 'base64').toString('utf8') : decodeQ(encoded),
  );
}

function decodeQ(encoded: string): string {
  const bytes = encoded
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
