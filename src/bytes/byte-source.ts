/** Random access to bytes that need not fit into memory. */
export interface ByteSource {
  readonly size: number;
  /**
   * The bytes `[offset, offset + length)`, fewer at the end of the source. The buffer may be shared: read it before
   * the next call and never write to it.
   */
  read(offset: number, length: number): Buffer;
}

/** A source over bytes that are in memory already. */
export function bufferSource(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
