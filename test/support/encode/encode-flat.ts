/** A flat database as 2.5 and later write it, from cyrusdb.md section 5: in mailbox order of the escaped keys. */
export function encodeFlat(rows: readonly (readonly [key: Buffer, value: Buffer])[]): Buffer {
  const lines = rows.map(([key, value]) => ({ key: escape(key), value: escape(value), order: inMboxOrder(key) }));
  lines.sort((a, b) => a.order.compare(b.order));
  return Buffer.concat(lines.flatMap(({ key, value }) => [key, Buffer.from('\t'), value, Buffer.from('\n')]));
}

function escape(bytes: Buffer): Buffer {
  const escaped = [...bytes].flatMap((byte) => {
    if (byte === 0xff) return [0xff, 0xff];
    return [0x00, 0x09, 0x0a, 0x0d].includes(byte) ? [0xff, 0x80 | byte] : [byte];
  });
  return Buffer.from(escaped);
}

/** Bytes that compare as the key does in a flat file, whose escaped keys are in mailbox order: the dot comes before all
 *  but NUL, TAB and LF. */
export function inMboxOrder(key: Buffer): Buffer {
  return escape(key).map((byte) => (byte === 0x2e ? 2 : byte >= 1 && byte <= 8 ? byte + 2 : byte)) as Buffer;
}
