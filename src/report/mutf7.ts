const SECTION = /&([^-]*)(-?)/g;

/**
 * A mailbox name as its user sees it, or the name unchanged when it is not what an encoder would have written: two
 * legal names never look the same. Modified UTF-7 is RFC 3501 section 5.1.3.
 */
export function decodeMutf7(name: string): string {
  if (!name.includes('&')) return name;
  const decoded = name.replace(SECTION, (_, base64: string) => (base64 === '' ? '&' : decodeSection(base64)));
  return encodeMutf7(decoded) === name ? decoded : name;
}

function decodeSection(base64: string): string {
  const bytes = Buffer.from(base64.replaceAll(',', '/'), 'base64');
  return bytes
    .subarray(0, bytes.length & ~1)
    .swap16()
    .toString('utf16le');
}

/** The inverse, in its one canonical spelling. */
export function encodeMutf7(text: string): string {
  return text.replace(/[^\x20-\x7e]+|&/g, (run) => {
    if (run === '&') return '&-';
    const base64 = Buffer.from(run, 'utf16le').swap16().toString('base64');
    return `&${base64.replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}
