import { decodeName } from '../../bytes/text.js';
import type { Decoded, FormatFault } from '../../model/fault.js';
import type { MailboxHeader } from '../../model/mailbox.js';
import { asList, asString, kvGet, parseDlist, type DlistItem } from '../dlist/dlist.js';
import { MAX_PLAIN_BYTES, PLAIN_ATOM, PLAIN_ATOMS } from '../dlist/plain-atom.js';
import { nameBeforeBitFlip } from './known-flag-names.js';
import { aclFromDlist, aclFromPlain, aclFromText } from '../mboxlist/acl.js';

/** No terminator. Source: MAILBOX_HEADER_MAGIC, imap/mailbox.h 2.3.19 to 3.13. */
export const MAILBOX_HEADER_MAGIC = Buffer.from(
  '\xa1\x02\x8b\x0dCyrus mailbox header\n' +
    '"The best thing about this system was that it had lots of goals."\n' +
    '\t--Jim Morris on Andrew\n',
  'latin1',
);

/** User flag slots; names beyond them are ignored by Cyrus. Source: MAX_USER_FLAGS, imap/mailbox.h. */
const MAX_USER_FLAGS = 128;

const PERCENT = 0x25;
const LF = 0x0a;
const TAB = 0x09;

/** Reads cyrus.header in either form. Source: mailbox_read_header, imap/mailbox.c 3.6.1. */
export function parseMailboxHeader(bytes: Buffer, file: string): Decoded<MailboxHeader> {
  if (bytes.length === 0) return { faults: [{ code: 'file-empty', file }] };
  const magic = bytes.subarray(0, MAILBOX_HEADER_MAGIC.length);
  if (!magic.equals(MAILBOX_HEADER_MAGIC)) {
    return { faults: [{ code: 'header-magic', file, offset: 0, actual: magic.subarray(0, 20).toString('hex') }] };
  }
  const parsed = bytes[magic.length] === PERCENT ? parseDlistForm(bytes, file) : parseTextForm(bytes, file);
  const odd = flagNameFaults(parsed.value?.userFlags ?? [], file);
  return odd.length === 0 ? parsed : { ...parsed, faults: [...parsed.faults, ...odd] };
}

function flagNameFaults(userFlags: readonly (string | undefined)[], file: string): FormatFault[] {
  const faults: FormatFault[] = [];
  const known = new Set<string>();
  for (const name of userFlags) {
    const folded = name?.toLowerCase();
    if (folded === undefined) continue;
    const offset = MAILBOX_HEADER_MAGIC.length;
    if (known.has(folded))
      faults.push({ code: 'header-flag-twice', file, offset, expected: 'each flag name once', actual: name! });
    known.add(folded);
    const expected = name === undefined ? undefined : nameBeforeBitFlip(name);
    if (name === undefined || expected === undefined) continue;
    faults.push({ code: 'header-flag-name', file, offset: MAILBOX_HEADER_MAGIC.length, expected, actual: name });
  }
  return faults;
}

/** Atoms only, as nearly every header is. Source: mailbox_header_data_cstring, imap/mailbox.c 3.6.1. */
const PLAIN_HEADER = new RegExp(
  `^%\\(T ([a-z]+) N (${PLAIN_ATOM}) I (${PLAIN_ATOM})(?: Q (${PLAIN_ATOM}))? A %\\((${PLAIN_ATOMS})\\)(?: U \\((${PLAIN_ATOMS})\\))?\\)\n$`,
);

/** A header of the plainest dlist form in one step; undefined = it has another one. */
export function parsePlainHeader(bytes: Buffer): MailboxHeader | undefined {
  if (bytes.length > MAX_PLAIN_BYTES) return undefined;
  const match = PLAIN_HEADER.exec(bytes.toString('latin1', MAILBOX_HEADER_MAGIC.length));
  if (match === null) return undefined;
  const [, mbtype, mboxname, uniqueid, quotaroot, rights, flags] = match;
  const acl = aclFromPlain(rights!);
  const userFlags = flags === undefined || flags === '' ? [] : flags.split(' ');
  if (acl === undefined || userFlags.length > MAX_USER_FLAGS) return undefined;
  if ([mboxname, uniqueid, quotaroot].includes('NIL')) return undefined;
  return {
    form: 'dlist',
    mboxname: mboxname!,
    uniqueid: uniqueid!,
    mbtype: mbtype!,
    ...(quotaroot === undefined ? {} : { quotaroot }),
    acl,
    userFlags: userFlags.map((name) => (name === 'NIL' ? undefined : name)),
  };
}

function parseDlistForm(bytes: Buffer, file: string): Decoded<MailboxHeader> {
  const plain = parsePlainHeader(bytes);
  return plain === undefined ? parseAnyDlistForm(bytes, file) : { value: plain, faults: [] };
}

/** The same without the short cut for plain headers. */
export function parseAnyDlistForm(bytes: Buffer, file: string): Decoded<MailboxHeader> {
  const start = MAILBOX_HEADER_MAGIC.length;
  const parsed = parseDlist(bytes, file, start, 'header-syntax');
  const item = parsed.value;
  if (item === undefined) return { faults: parsed.faults };
  const faults: FormatFault[] = [...parsed.faults];
  const fault = (expected: string): void => {
    faults.push({ code: 'header-syntax', file, offset: start, expected });
  };

  const field = (key: string): string | undefined => {
    const value = kvGet(item, key);
    if (value === undefined || value.kind === 'nil') return undefined;
    const text = asString(value);
    if (text === undefined) fault(`a string in ${key}`);
    return text;
  };
  const aclItem = kvGet(item, 'A');
  const acl = aclItem === undefined ? [] : aclFromDlist(aclItem);
  if (acl === undefined) fault('a kvlist of rights in A');
  const mboxname = field('N');
  const uniqueid = field('I');
  const mbtype = field('T');
  const quotaroot = field('Q');
  const value: MailboxHeader = {
    form: 'dlist',
    ...(mboxname === undefined ? {} : { mboxname }),
    ...(uniqueid === undefined ? {} : { uniqueid }),
    ...(mbtype === undefined ? {} : { mbtype }),
    ...(quotaroot === undefined ? {} : { quotaroot }),
    acl: acl ?? [],
    userFlags: readFlags(kvGet(item, 'U'), fault),
  };
  return { value, faults };
}

function readFlags(item: DlistItem | undefined, fault: (expected: string) => void): (string | undefined)[] {
  if (item === undefined || item.kind === 'nil') return [];
  const items = asList(item);
  if (items === undefined) fault('a list of flag names in U');
  if (items !== undefined && items.length > MAX_USER_FLAGS) fault(`at most ${String(MAX_USER_FLAGS)} flag names`);
  return (items ?? []).slice(0, MAX_USER_FLAGS).map((flag) => {
    const name = flag.kind === 'nil' ? undefined : asString(flag);
    if (name === undefined && flag.kind !== 'nil') fault('flag names in U');
    return name === '' ? undefined : name;
  });
}

function parseTextForm(bytes: Buffer, file: string): Decoded<MailboxHeader> {
  const faults: FormatFault[] = [];
  const lines: Buffer[] = [];
  let at = MAILBOX_HEADER_MAGIC.length;
  for (const what of ['quotaroot and uniqueid', 'user flags', 'the ACL']) {
    const end = bytes.indexOf(LF, at);
    if (end < 0) {
      // Cyrus refuses such a file; what stands before the cut is still the best that is known of the mailbox.
      faults.push({
        code: 'header-syntax',
        file,
        offset: bytes.length,
        expected: `a line with ${what}`,
        actual: 'the end',
      });
      break;
    }
    lines.push(bytes.subarray(at, end));
    at = end + 1;
  }
  const [ids, flags, acl] = lines;
  if (ids === undefined) return { faults };

  const tab = ids.indexOf(TAB);
  const quotaroot = decodeName(tab < 0 ? ids : ids.subarray(0, tab));
  // Releases of 2.x wrote further fields behind the uniqueid; nothing reads them.
  const uniqueid = tab < 0 ? '' : decodeName(ids.subarray(tab + 1)).split('\t', 1)[0]!;
  if (uniqueid === '') {
    faults.push({
      code: 'header-syntax',
      file,
      offset: MAILBOX_HEADER_MAGIC.length,
      expected: 'a uniqueid',
      actual: 'none',
    });
  }
  const value: MailboxHeader = {
    form: 'text',
    ...(uniqueid === '' ? {} : { uniqueid }),
    ...(quotaroot === '' ? {} : { quotaroot }),
    acl: acl === undefined ? [] : aclFromText(acl),
    userFlags: flags === undefined ? [] : readTextFlags(flags),
  };
  return { value, faults };
}

/** An empty name is a free slot; 2.5 and 3.0 leave a space behind the last name, which is no slot. */
function readTextFlags(line: Buffer): (string | undefined)[] {
  const names = decodeName(line).trimEnd().split(' ').slice(0, MAX_USER_FLAGS);
  return names.length === 1 && names[0] === '' ? [] : names.map((name) => (name === '' ? undefined : name));
}
