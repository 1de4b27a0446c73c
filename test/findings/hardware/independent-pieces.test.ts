import fc from 'fast-check';
import { expect, test } from 'vitest';
import { independentPieces } from '../../../src/findings/hardware/independent-pieces.js';
import type { EvidenceKind, EvidenceTally } from '../../../src/model/hardware.js';

const tally = (
  kind: EvidenceKind,
  value: string,
  places: readonly string[],
  more: Partial<EvidenceTally> = {},
): EvidenceTally => ({
  kind,
  value,
  records: places.length,
  mailboxes: places.length,
  // user.ada.Work belongs to ada, shared.news to nobody.
  places: places.map((mboxname) => ({ mboxname, owner: /^user\.(\w+)/.exec(mboxname)?.[1] })),
  ...more,
});
const bit = (value: string, places: readonly string[], more: Partial<EvidenceTally> = {}): EvidenceTally =>
  tally('undefined-system-flag', value, places, more);
const name = (value: string, ...places: string[]): EvidenceTally => tally('flag-name-one-bit-off', value, places);
const nine = Array.from({ length: 9 }, (_, i) => `user.u${String(i)}`);

test.each([
  ['nothing', [], 0],
  ['one bit in one mailbox', [bit('0x00000200', ['user.ada'])], 1],
  ['the same bit in two', [bit('0x00000200', ['user.ada', 'user.ada.Work'])], 2],
  ['two bits in one', [bit('0x00000200', ['user.ada']), bit('0x00000400', ['user.ada'])], 1],
  ['two kinds in one', [bit('0x00000200', ['user.ada']), name('\\snswered', 'user.ada')], 2],
  ['an option and a flag', [bit('0x00000200', ['user.ada']), tally('undefined-option', '0x00000100', ['user.ada'])], 2],
  ['a bit in 17 records', [bit('0x00000200', ['user.ada', 'user.ben'], { records: 17 })], 0],
  ['a bit in 16 records', [bit('0x00000200', ['user.ada', 'user.ben'], { records: 16 })], 2],
  ['a bit in 9 mailboxes', [bit('0x00000200', nine)], 0],
  ['a bit in 8 mailboxes', [bit('0x00000200', nine.slice(0, 8))], 8],
  ['a new release and one flip', [bit('0x00000200', nine), bit('0x00000400', ['user.ada'])], 1],
  ['a name that no client can copy', [name('\\snswered', 'user.ada', 'user.ada.Work')], 2],
  ['a name that COPY carries along', [name('$Forwardee', 'user.ada', 'user.ada.Work')], 1],
  ['the same with two owners', [name('$Forwardee', 'user.ada', 'user.ben')], 2],
  ['the same in shared mailboxes', [name('$Forwardee', 'shared.a', 'shared.b')], 1],
  ['two names of one owner', [name('$Forwardee', 'user.ada'), name('$Important\x01', 'user.ada.Work')], 2],
  ['two names in one mailbox', [name('$Forwardee', 'user.ada'), name('$MDNSenu', 'user.ada')], 1],
])('%s: %#', (_, tallies, pieces) => {
  expect(independentPieces(tallies)).toHaveLength(pieces);
});

test('the order in which the threads report does not show', () => {
  const tallies = [
    bit('0x00000200', ['user.ada', 'user.ben']),
    bit('0x00000400', ['user.ben']),
    name('$Forwardee', 'user.ada', 'user.ada.Work'),
    name('\\snswered', 'user.cy'),
  ];
  const expected = independentPieces(tallies);
  expect(expected.map(({ mboxname, kind }) => `${mboxname} ${kind}`)).toEqual([
    'user.ada flag-name-one-bit-off',
    'user.ada undefined-system-flag',
    'user.ben undefined-system-flag',
    'user.cy flag-name-one-bit-off',
  ]);
  fc.assert(
    fc.property(fc.shuffledSubarray(tallies, { minLength: tallies.length }), (shuffled) => {
      expect(independentPieces(shuffled)).toEqual(expected);
    }),
  );
});
