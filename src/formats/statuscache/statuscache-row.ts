import { decodeName } from '../../bytes/text.js';
import type { Decoded, FormatFault } from '../../model/fault.js';

/** What STATUS last answered, so that it need not open the mailbox again. Derived: safe to delete. */
export interface StatuscacheRow {
  readonly mboxname: string;
  /** Set in rows that hold what only this user sees. Up to 3.1 every row is one. */
  readonly userid?: string;
  readonly version: number;
  /** Numbers by name; those of 64 bits are bigints. */
  readonly values: Readonly<Record<string, number | bigint>>;
  /** 3.13+. */
  readonly mailboxid?: string;
}

/** The numbers of one kind of row, in stored order. */
interface Shape {
  readonly letter: '' | 'I' | 'S';
  readonly names: readonly string[];
  readonly hasMailboxid?: boolean;
}

const STATUS = ['messages', 'recent', 'uidnext', 'uidvalidity', 'unseen', 'highestmodseq'];
const SEEN: Shape = { letter: 'S', names: ['recent', 'unseen', 'highestmodseq'] };
const INDEX = ['messages', 'uidnext', 'uidvalidity', 'mboptions', 'size', 'createdmodseq', 'highestmodseq'];
const WITH_DELETED = [...INDEX, 'deleted', 'deletedStorage'];

/**
 * By version. Up to version 4 a row is a plain list of numbers; since 8 one row holds what the index says (`I`) and
 * one per user what he has seen (`S`). Versions 5 to 7 were of builds between releases.
 * Source: imap/statuscache_db.c 2.3.19, 2.4.20, 3.0.18, 3.2.12, 3.8.7, 3.12.3, 3.13.7.
 */
const SHAPES: ReadonlyMap<number, readonly Shape[]> = new Map([
  [3, [{ letter: '', names: ['statusitems', 'indexMtime', 'indexIno', 'indexSize', ...STATUS] }]],
  [4, [{ letter: '', names: ['statusitems', ...STATUS] }]],
  [8, [{ letter: 'I', names: INDEX }, SEEN]],
  [9, [{ letter: 'I', names: WITH_DELETED }, SEEN]],
  [10, [{ letter: 'I', names: WITH_DELETED, hasMailboxid: true }, SEEN]],
]);

/** Releases by version; the numbers are those of STATUSCACHE_VERSION. */
export const STATUSCACHE_WRITERS: ReadonlyMap<number, string> = new Map([
  [3, '2.3'],
  [4, '2.4 to 3.0'],
  [8, '3.2 to 3.8'],
  [9, '3.10 to 3.12'],
  [10, '3.13'],
]);

const WIDE = /modseq$|^size$|Storage$|^indexIno$|^indexSize$/;

export function parseStatuscacheRow(key: Buffer, value: Buffer, file: string): Decoded<StatuscacheRow> {
  const text = value.toString('latin1');
  const fault = (code: FormatFault['code'], expected: string, actual: string): Decoded<StatuscacheRow> => ({
    faults: [{ code, file, expected, actual: JSON.stringify(actual.slice(0, 80)) }],
  });
  const match = /^(?:([IS]) )?(\d{1,5}) (.*)$/s.exec(text);
  if (match === null) return fault('statuscache-syntax', '[I|S] VERSION NUMBERS', text);
  const [, letter = '', digits, rest] = match as unknown as [string, string | undefined, string, string];
  const version = Number(digits);
  const shapes = SHAPES.get(version);
  if (shapes === undefined)
    return fault('statuscache-version', `version ${[...SHAPES.keys()].join(', ')}`, String(version));
  const shape = shapes.find((candidate) => candidate.letter === letter);
  const names = splitKey(key, version, letter);
  if (names === undefined) {
    const expected = version < 4 ? 'MBOXNAME NUL USERID' : letter === 'I' ? 'MBOXNAME%' : 'MBOXNAME%%USERID';
    return fault('statuscache-syntax', expected, key.toString('latin1'));
  }
  const body = shape === undefined ? undefined : bodyOf(rest, shape);
  if (shape === undefined || body === undefined) {
    const expected = shapes.map((s) => `${s.letter} ${String(s.names.length)} numbers`.trim()).join(' or ');
    return fault('statuscache-syntax', expected, text);
  }
  const values: Record<string, number | bigint> = {};
  for (const [i, name] of shape.names.entries())
    values[name] = WIDE.test(name) ? BigInt(body.numbers[i]!) : Number(body.numbers[i]);
  const mailboxid = body.mailboxid === undefined ? {} : { mailboxid: body.mailboxid };
  return { value: { ...names, version, values, ...mailboxid }, faults: [] };
}

/** Version 3 separates by NUL, later ones by `%%`; a row of the index has no user and ends in one `%`. */
function splitKey(key: Buffer, version: number, letter: string): { mboxname: string; userid?: string } | undefined {
  const text = decodeName(key);
  if (letter === 'I')
    return text.length > 1 && text.endsWith('%') && !text.endsWith('%%') ? { mboxname: text.slice(0, -1) } : undefined;
  const separator = version < 4 ? '\0' : '%%';
  const at = text.indexOf(separator);
  return at > 0 ? { mboxname: text.slice(0, at), userid: text.slice(at + separator.length) } : undefined;
}

/** The numbers, in parentheses where the row has a letter; undefined when there are others than the shape has. */
function bodyOf(rest: string, shape: Shape): { numbers: string[]; mailboxid?: string } | undefined {
  const match = shape.letter === '' ? /^([\d ]*)$/.exec(rest) : /^\(([\d ]*)\)(?: (\S+))?$/.exec(rest);
  const numbers = match?.[1]?.split(' ').filter((word) => word !== '') ?? [];
  if (match === null || numbers.length !== shape.names.length) return undefined;
  if (numbers.some((word) => word.length > 20)) return undefined;
  const mailboxid = match[2];
  if (mailboxid === undefined) return { numbers };
  return shape.hasMailboxid === true ? { numbers, mailboxid } : undefined;
}
