import { createHash } from 'node:crypto';
import type { PlacedFinding } from '../finding-place.js';

/** Facts that say where a finding is rather than how much of it there is. Paths count by their last name: roots move. */
const PLACE_FACTS = [
  'mboxname',
  'uniqueid',
  'userid',
  'partition',
  'channel',
  'identifier',
  'root',
  'resource',
  'script',
  'field',
  'what',
];
const PATH_FACTS = ['path', 'file'];

/** What stays the same of a finding from run to run: its code and its place. */
export function fingerprint({ finding: { code, side, uid, facts }, place }: PlacedFinding): string {
  const where = [
    ...(place === undefined ? [] : 'mboxname' in place ? ['mailbox', place.mboxname] : ['user', place.userid]),
    ...PLACE_FACTS.flatMap((name) => (typeof facts[name] === 'string' ? [name, facts[name]] : [])),
    ...PATH_FACTS.flatMap((name) => (typeof facts[name] === 'string' ? [name, facts[name].replace(/^.*\//s, '')] : [])),
  ];
  const text = JSON.stringify([code, side ?? null, uid ?? null, ...where]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
