/**
 * The character of a hashed directory. Full: `A` to `W`, from the bytes up to the first dot; else the first letter
 * in lower case, `q` for anything but a letter. Source: dir_hash_c, lib/util.c 3.6.1.
 */
export function hashChar(name: string, full: boolean): string {
  if (!full) {
    const first = name.charAt(0).toLowerCase();
    return first >= 'a' && first <= 'z' ? first : 'q';
  }
  let n = 0;
  for (const byte of Buffer.from(name, 'utf8')) {
    if (byte === 0x2e || byte === 0) break;
    n = ((n << 3) ^ (n >>> 5) ^ byte) >>> 0;
  }
  return String.fromCharCode(0x41 + (n % 23));
}
