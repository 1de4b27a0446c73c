import type { Place } from './worst-of-rest.js';

/**
 * What the list of a place keeps back of one code, seen from the next report. A list has the first findings by UID, so that
 * what was only counted lay behind its last one, and comes into the list as those before it are repaired.
 */
export class OverCap {
  private readonly last = new Map<string, number>();

  constructor(private readonly place: Place | undefined) {
    for (const { code, uid = -1 } of place?.findings ?? []) this.last.set(code, Math.max(uid, this.lastOf(code)));
  }

  /** Findings of a code that are counted and not listed. */
  countOf(code: string): number {
    return this.place?.notListed?.[code] ?? 0;
  }

  /** Whether one with that UID, if there is one, is not listed. */
  isBehind(code: string, uid = -1): boolean {
    return this.countOf(code) > 0 && uid > this.lastOf(code);
  }

  /** How many of a code that are only counted were there before, as far as can be told. */
  knownOf(code: string, before: OverCap): number {
    const left = Math.max(0, before.countOf(code) - this.behind(code, before));
    return Math.min(this.countOf(code), left + before.behind(code, this));
  }

  /** Listed findings of a code that the list of another report of this place does not reach. */
  private behind(code: string, other: OverCap): number {
    const listed = this.place?.findings ?? [];
    return listed.filter((finding) => finding.code === code && other.isBehind(code, finding.uid)).length;
  }

  private lastOf(code: string): number {
    return this.last.get(code) ?? -1;
  }
}
