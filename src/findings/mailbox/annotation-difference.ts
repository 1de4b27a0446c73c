import type { MailboxSubject } from './mailbox-subject.js';

/**
 * Which mailbox annotations differ, who wins, and whether the loser may hold something newer. A side whose
 * highestmodseq is not above the common state was not changed since, so its values are old.
 */
export function annotationDifference({
  master,
  replica,
  prediction,
  lowerBound,
  differing,
  annotationsCarried,
  hazards,
}: MailboxSubject):
  { readonly winner: 'master' | 'replica'; readonly entries: readonly string[]; readonly lost: boolean } | undefined {
  // These have findings of their own.
  if (!annotationsCarried || hazards.dropsMailboxAnnotations) return undefined;
  if (master?.head === undefined || replica?.head === undefined || prediction === undefined) return undefined;
  // What a damaged database still says of one mailbox proves nothing; that it is damaged is told of the side.
  if (master.annotationsDb === 'damaged' || replica.annotationsDb === 'damaged') return undefined;
  const { head: m } = master;
  const { head: r } = replica;
  const entries = [...new Set([...m.annotations.keys(), ...r.annotations.keys()])]
    .filter((key) => m.annotations.get(key) !== r.annotations.get(key))
    .sort();
  if (entries.length === 0) return undefined;
  // When a whole database is gone its side has no values of its own that could be newer.
  const dbIsLost = master.annotationsDb === 'lost' || replica.annotationsDb === 'lost';
  const winner = prediction.annotationsWinner;
  const loser = winner === 'master' ? r : m;
  const victor = winner === 'master' ? m : r;
  const loserCarriesExtra = entries.some((key) => loser.annotations.has(key));
  const victorIsAhead = victor.highestmodseq > loser.highestmodseq;
  // The loser was not changed since the common state; or the records agree and only something that has no record,
  // such as an annotation, can have raised the winner's highestmodseq.
  const loserIsOld =
    victorIsAhead &&
    (loser.highestmodseq <= lowerBound || (differing === 0 && victor.highestmodseq > victor.maxModseq));
  return { winner, entries: entries.map((key) => key.trim()), lost: (loserCarriesExtra && !loserIsOld) || dbIsLost };
}
