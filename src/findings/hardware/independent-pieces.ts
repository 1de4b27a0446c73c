import { COMMON_MAILBOXES, COMMON_RECORDS, type EvidenceKind, type EvidenceTally } from '../../model/hardware.js';

export interface EvidencePiece {
  readonly kind: EvidenceKind;
  readonly value: string;
  readonly mboxname: string;
}

/** What a client may send as a keyword, and so carry from one mailbox into another. Source: RFC 9051, atom. */
const KEYWORD = /^[!#$&'+-[^-z|}~]+$/;

/**
 * The pieces that came about independently: of different kinds, or in different mailboxes. A name that a client can set
 * counts once for each owner, as COPY carries it along; what is met everywhere is no damage.
 */
export function independentPieces(tallies: readonly EvidenceTally[]): readonly EvidencePiece[] {
  const pieces = new Map<string, EvidencePiece>();
  const carried = new Set<string>();
  const inOrder = [...tallies].sort((a, b) => compare(a.kind, b.kind) || compare(a.value, b.value));
  for (const { kind, value, records, mailboxes, places } of inOrder) {
    if (records > COMMON_RECORDS || mailboxes > COMMON_MAILBOXES) continue;
    for (const { mboxname, owner } of places) {
      if (kind === 'flag-name-one-bit-off' && KEYWORD.test(value)) {
        const origin = JSON.stringify([value, owner ?? null]);
        if (carried.has(origin)) continue;
        carried.add(origin);
      }
      const key = `${kind} ${mboxname}`;
      if (!pieces.has(key)) pieces.set(key, { kind, value, mboxname });
    }
  }
  return [...pieces.values()].sort((a, b) => compare(a.mboxname, b.mboxname) || compare(a.kind, b.kind));
}

/** By code units, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
