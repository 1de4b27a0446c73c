/** The bytes of a cyrus.cache, of which a window is in memory: records are read without an object for each. */
export interface CacheBytes {
  /** Length of the file. */
  readonly size: number;
  /** The window. What it holds, and which buffer it is, changes with `hold`. */
  readonly bytes: Buffer;
  /**
   * Brings `[offset, offset + length)` into the window.
   * @returns where they begin in `bytes`, or -1 when the file has not so many bytes
   */
  hold(offset: number, length: number): number;
}
