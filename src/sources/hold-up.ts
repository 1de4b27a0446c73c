const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Keeps this thread from going on. @param ms unit: ms */
export function holdUp(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}
