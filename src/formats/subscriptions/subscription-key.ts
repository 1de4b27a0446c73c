import { decodeName } from '../../bytes/text.js';
import type { Decoded } from '../../model/fault.js';
import { dbnameToMboxname, inboxName, mboxnameToDbname } from '../mboxlist/names.js';

/** Row that says which form the other keys have: none = internal names, 2 = 3.6 to 3.10, 3 = 3.12+. */
const VERSION_KEY = '\x1fVER\x1f';
const HIERSEP = '\x1f';

export type SubscriptionKey =
  { readonly kind: 'version'; readonly version: number } | { readonly kind: 'mailbox'; readonly mboxname: string };

/**
 * One row of the sub db of `userid`; the rows themselves tell their form, so their order does not matter.
 * Source: imap/mboxlist.c 3.6.1, 3.12.3; mailbox-files.md section 6.
 */
export function parseSubscriptionRow(
  key: Buffer,
  value: Buffer,
  userid: string,
  file: string,
  options: { readonly defaultdomain?: string } = {},
): Decoded<SubscriptionKey> {
  const text = decodeName(key);
  const fault = (expected: string, actual: Buffer) => ({
    faults: [
      {
        code: 'subscription-syntax' as const,
        file,
        expected,
        actual: JSON.stringify(actual.subarray(0, 80).toString('latin1')),
      },
    ],
  });
  if (text === VERSION_KEY) {
    const version = value.toString('latin1').trim();
    return /^\d{1,4}$/.test(version)
      ? { value: { kind: 'version', version: Number(version) }, faults: [] }
      : fault('a version', value);
  }
  if (text === '' || text.startsWith(HIERSEP)) return fault('the name of a mailbox', key);
  const mboxname = text.startsWith('N') ? typedName(text.slice(1), userid, options.defaultdomain) : text;
  return mboxname === '' ? fault('the name of a mailbox', key) : { value: { kind: 'mailbox', mboxname }, faults: [] };
}

/** A name after its `N`. Version 2 wrote `INBOXhew` for `matthew` into the file of `matt`: the text is only replaced. */
function typedName(name: string, userid: string, defaultdomain: string | undefined): string {
  if (!name.startsWith('INBOX')) return dbnameToMboxname(name);
  const inbox = mboxnameToDbname(inboxName(userid, defaultdomain)).toString('utf8');
  return dbnameToMboxname(inbox + name.slice('INBOX'.length));
}
