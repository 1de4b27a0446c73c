import { defineHardwareFinding, TEST_THE_MACHINE } from './hardware-subject.js';
import { independentPieces } from './independent-pieces.js';

/** One is bad luck. */
const ENOUGH = 2;
const LISTED = 8;

const WORDS: Readonly<Record<string, string>> = {
  'flag-name-one-bit-off': 'flag name',
  'undefined-option': 'option bit',
  'undefined-system-flag': 'flag bit',
};

export const hardwareSuspected = defineHardwareFinding({
  code: 'hardware-suspected',
  class: 'halt',
  since: '0.1.0',
  title: 'The machine of this side damages data',
  why: 'At least two independent signs of flipped bits: of different kinds, or in different mailboxes. Each of them is in data with a valid checksum or in a name that nobody chooses, so it was damaged before it was written. What else was damaged has no sign. A bit that is set in more than 16 records or 8 mailboxes, and a name in more than 8 mailboxes, are taken for those of a newer release or another program and do not count; their mailboxes are still listed.',
  replication: 'It would copy what such a machine holds or makes of it, and confirm it with checksums of its own.',
  remedy: TEST_THE_MACHINE,
  example: {
    pieces: 2,
    mailboxes: ['user.ada', 'user.ben'],
    kinds: ['undefined-system-flag', 'flag-name-one-bit-off'],
    found: ['0x00000200', '\\snswered'],
  },
  check: (s) => {
    if (s.kind !== 'evidence') return undefined;
    const pieces = independentPieces(s.tallies);
    if (pieces.length < ENOUGH) return undefined;
    const listed = pieces.slice(0, LISTED);
    return {
      side: s.side,
      facts: {
        pieces: pieces.length,
        mailboxes: listed.map(({ mboxname }) => mboxname),
        kinds: listed.map(({ kind }) => kind),
        found: listed.map(({ value }) => value),
      },
    };
  },
  message: (f) => {
    const listed = f.mailboxes.map((name, i) => `${name}: ${WORDS[f.kinds[i]!] ?? f.kinds[i]!} ${f.found[i]!}`);
    const rest = f.pieces - listed.length;
    return `${listed.join('; ')}${rest > 0 ? `; and ${String(rest)} more` : ''}`;
  },
});
