import { shown } from '../../bytes/shown.js';
import type { Decoded } from '../../model/fault.js';
import type { Mbentry, Mbtype } from '../../model/mailbox.js';
import { aclFromText } from './acl.js';
import { parseMbentry } from './mbentry.js';

/** Bits of the type number of 2.2 to 3.4. Source: imap/mboxlist.h 2.4.20, 3.4.8; mboxlist.md section 2. */
const REMOTE = 1;
const RESERVE = 2;
const MOVING = 8;
const DELETED = 16;
const INTERMEDIATE = 256;
const KINDS: readonly (readonly [number, string])[] = [
  [4, 'n'],
  [32, 'c'],
  [64, 'a'],
  [128, 'b'],
  [512, 's'],
  [1024, 'p'],
];

const PERCENT = 0x25;
const PAREN = 0x28;
const SPACE = 0x20;

/**
 * Value of an entry in a list of 2.2 to 3.5, whose keys are internal names: text (first generation) or dlist (second).
 * Both occur in one file. Mailboxes of these releases lie in directories by name.
 * Source: mboxlist_parse_entry, imap/mboxlist.c 2.4.20, 2.5.17, 3.4.8.
 */
export function parsePlainEntry(mboxname: string, value: Buffer, file: string): Decoded<Mbentry> {
  if (value[0] === PERCENT) {
    const { value: entry, faults } = parseMbentry(mboxname, value, file);
    return entry === undefined
      ? { faults }
      : { value: { ...entry, mbtype: { ...entry.mbtype, legacyDirs: true } }, faults };
  }
  return parseTextEntry(mboxname, value, file);
}

/** `[(key value ...) ]TYPE PARTITION ACL`. */
function parseTextEntry(mboxname: string, value: Buffer, file: string): Decoded<Mbentry> {
  const fail = (expected: string): Decoded<Mbentry> => ({
    faults: [
      { code: 'mbentry-syntax', file, expected, actual: `${shown(mboxname)}: ${value.toString('latin1', 0, 40)}` },
    ],
  });
  let at = 0;
  const extra = new Map<string, string>();
  if (value[0] === PAREN) {
    const end = value.indexOf(') ');
    if (end < 0) return fail('a list of keys that ends');
    const words = value.toString('latin1', 1, end).split(' ');
    for (let i = 0; i + 1 < words.length; i += 2) extra.set(words[i]!, words[i + 1]!);
    at = end + 2;
  }
  const typeEnd = value.indexOf(SPACE, at);
  if (typeEnd < 0) return fail('TYPE PARTITION ACL');
  const type = value.toString('latin1', at, typeEnd);
  if (!/^\d{1,5}$/.test(type)) return fail('a type number');
  const partitionEnd = value.indexOf(SPACE, typeEnd + 1);
  const place = value.toString('utf8', typeEnd + 1, partitionEnd < 0 ? value.length : partitionEnd);
  const bits = Number(type);
  // A remote entry names the server, with or without the partition there.
  const bang = place.indexOf('!');
  const isRemote = (bits & REMOTE) !== 0;
  const partition = bang >= 0 ? place.slice(bang + 1) : isRemote ? undefined : place;
  const server = bang >= 0 ? place.slice(0, bang) : isRemote ? place : undefined;
  const uniqueid = extra.get('uniqueid');
  return {
    value: {
      mboxname,
      ...(uniqueid === undefined ? {} : { uniqueid }),
      mbtype: typeOf(bits),
      ...(partition === undefined ? {} : { partition }),
      ...(server === undefined ? {} : { server }),
      acl: partitionEnd < 0 ? [] : aclFromText(value.subarray(partitionEnd + 1)),
      history: [],
    },
    faults: [],
  };
}

function typeOf(bits: number): Mbtype {
  return {
    kind: KINDS.find(([bit]) => (bits & bit) !== 0)?.[1] ?? 'e',
    deleted: (bits & DELETED) !== 0,
    intermediate: (bits & INTERMEDIATE) !== 0,
    remote: (bits & REMOTE) !== 0,
    reserved: (bits & RESERVE) !== 0,
    moving: (bits & MOVING) !== 0,
    legacyDirs: true,
    letters: String(bits),
  };
}
