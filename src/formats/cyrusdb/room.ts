/**
 * Holds a walk along links to the length of the file: records that lie side by side cannot be longer together, and
 * without this limit links into the middle of records make a small file cost the square of its size.
 */
export class Room {
  constructor(private left: number) {}

  /** False when no `length` more bytes can be there. */
  takes(length: number): boolean {
    this.left -= length;
    return this.left >= 0;
  }
}
