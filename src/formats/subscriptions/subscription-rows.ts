import { decodeName } from '../../bytes/text.js';
import type { Decoded, FaultCode } from '../../model/fault.js';
import { dbnameToMboxname, inboxName, mboxnameToDbname } from '../mboxlist/names.js';

/** Row that says which form the other keys have; a file without it has internal names. It sorts before them. */
const VERSION_KEY = '\x1fVER\x1f';
const HIERSEP = '\x1f';
const TYPE = 'N';
const INBOX = 'INBOX';

/** Releases by version; there was no 1. Source: SUBDB_VERSION_NUM, imap/mboxlist.c 3.12.3; DB_VERSION_STR 3.6.7. */
export const SUBSCRIPTION_WRITERS: ReadonlyMap<number, string> = new Map([
  [0, 'up to 3.4'],
  [2, '3.6 to 3.10'],
  [3, '3.12 or later'],
]);

export type SubscriptionRow =
  { readonly kind: 'version'; readonly version: number } | { readonly kind: 'mailbox'; readonly mboxname: string };

/**
 * Reads the rows of the sub db of one user, in the order of the file: what a key means depends on the version.
 * Source: mboxlist_dbname_from_key and _upgrade_subs_cb, imap/mboxlist.c 3.6.7, 3.13; mailbox-files.md section 6.
 */
export class SubscriptionRows {
  private version = 0;

  constructor(
    /** undefined = not known, as in `sub.db`: the user's own mailboxes are then called `INBOX` and `INBOX.name`. */
    private readonly userid: string | undefined,
    private readonly file: string,
    private readonly options: { readonly defaultdomain?: string } = {},
  ) {}

  parse(key: Buffer, value: Buffer): Decoded<SubscriptionRow> {
    const text = decodeName(key);
    if (text === VERSION_KEY) return this.parseVersion(value);
    const mboxname = this.version === 0 ? plainName(text) : this.typedName(text);
    if (mboxname === undefined) return { faults: [this.fault('the name of a mailbox', key)] };
    return {
      value: { kind: 'mailbox', mboxname },
      faults: value.length === 0 ? [] : [this.fault('no value', value)],
    };
  }

  private parseVersion(value: Buffer): Decoded<SubscriptionRow> {
    const text = value.toString('latin1').trim();
    if (!/^\d{1,4}$/.test(text)) return { faults: [this.fault('a version', value)] };
    this.version = Number(text);
    const known = [...SUBSCRIPTION_WRITERS.keys()].join(', ');
    return {
      value: { kind: 'version', version: this.version },
      faults: SUBSCRIPTION_WRITERS.has(this.version)
        ? []
        : [this.fault(`version ${known}`, value, 'subscription-version')],
    };
  }

  /**
   * `N` and a dbname in which INBOX stands for the user's own. Version 2 replaced the mere text: `INBOXhew` is a
   * mailbox of `matthew` in the file of `matt`. Later versions replace whole parts, and there it is just a name.
   */
  private typedName(text: string): string | undefined {
    if (!text.startsWith(TYPE) || text.length === TYPE.length) return undefined;
    const name = text.slice(TYPE.length);
    const rest = name.slice(INBOX.length);
    if (!name.startsWith(INBOX) || (this.version > 2 && rest !== '' && !rest.startsWith(HIERSEP)))
      return dbnameToMboxname(name);
    if (this.userid === undefined) return dbnameToMboxname(name);
    const inbox = mboxnameToDbname(inboxName(this.userid, this.options.defaultdomain)).toString('utf8');
    return dbnameToMboxname(inbox + rest);
  }

  private fault(expected: string, actual: Buffer, code: FaultCode = 'subscription-syntax') {
    return { code, file: this.file, expected, actual: JSON.stringify(actual.subarray(0, 80).toString('latin1')) };
  }
}

/** An internal name; with a separator of dbnames in it, the row of the version was lost. */
function plainName(text: string): string | undefined {
  return text === '' || text.includes(HIERSEP) ? undefined : text;
}
