import { decodeName } from '../../bytes/text.js';

/** Between the parts of a dbname. Source: imap/mboxlist.c DB_HIERSEP_CHAR, 3.6.1. */
const HIERSEP = '\x1f';
/** After the domain of a dbname. Source: imap/mboxlist.c DB_DOMAINSEP_CHAR, 3.6.1. */
const DOMAINSEP = '\x1d';

/** Internal name of a dbname: `user US joe.smith US sub` is `user.joe^smith.sub`. Source: mboxlist.md section 6. */
export function dbnameToMboxname(dbname: Buffer | string): string {
  const text = typeof dbname === 'string' ? dbname : decodeName(dbname);
  const cut = text.indexOf(DOMAINSEP);
  const rest = text
    .slice(cut + 1)
    .replaceAll('.', '^')
    .replaceAll(HIERSEP, '.');
  return cut < 0 ? rest : `${text.slice(0, cut)}!${rest}`;
}

/** The inverse of `dbnameToMboxname` for names that are valid UTF-8. */
export function mboxnameToDbname(mboxname: string): Buffer {
  const cut = mboxname.indexOf('!');
  const rest = mboxname
    .slice(cut + 1)
    .replaceAll('.', HIERSEP)
    .replaceAll('^', '.');
  return Buffer.from(cut < 0 ? rest : mboxname.slice(0, cut) + DOMAINSEP + rest, 'utf8');
}

export interface NameOptions {
  /** Default `DELETED`. */
  readonly deletedPrefix?: string;
  /** false = `!` is not special, as in releases up to 3.0 with virtdomains off. From 3.2 on it always is. */
  readonly virtdomains?: boolean;
  /** A domain equal to this one is dropped. */
  readonly defaultdomain?: string;
}

export interface ParsedName {
  readonly domain?: string;
  /** Userid of a user mailbox, delayed-deleted ones included: `joe.smith`, `carol@example.com`. */
  readonly owner?: string;
  /** Owner without domain, with real dots. */
  readonly localpart?: string;
  /** All parts after the domain in the internal spelling (`^` for a dot), `user` and deletedprefix included. */
  readonly parts: readonly string[];
  readonly isDeleted: boolean;
  /** Seconds since the epoch. */
  readonly deletedAt?: number;
  readonly isInbox: boolean;
}

/** Takes an internal name apart. Source: mbname_from_intname, imap/mboxname.c 3.6.1. */
export function parseName(mboxname: string, options: NameOptions = {}): ParsedName {
  const { deletedPrefix = 'DELETED', virtdomains = true, defaultdomain } = options;
  const cut = virtdomains ? mboxname.indexOf('!') : -1;
  const domain = cut < 0 || mboxname.slice(0, cut) === defaultdomain ? undefined : mboxname.slice(0, cut);
  const parts = mboxname.slice(cut + 1).split('.');

  const stamp = parts.at(-1) ?? '';
  // 8 digits: Cyrus prints an unsigned int. A name without a time is an ordinary one.
  const isDeleted = parts.length > 2 && parts[0] === deletedPrefix && /^[0-9a-f]{1,8}$/i.test(stamp);
  const live = isDeleted ? parts.slice(1, -1) : parts;
  const localpart = live.length > 1 && live[0] === 'user' ? live[1]!.replaceAll('^', '.') : undefined;

  return {
    ...(domain === undefined ? {} : { domain }),
    ...(localpart === undefined
      ? {}
      : { localpart, owner: domain === undefined ? localpart : `${localpart}@${domain}` }),
    parts,
    isDeleted,
    ...(isDeleted ? { deletedAt: Number.parseInt(stamp, 16) } : {}),
    isInbox: !isDeleted && localpart !== undefined && live.length === 2,
  };
}

/** The internal name of a user's INBOX. Source: mboxname_user_mbox, imap/mboxname.c 3.6.1. */
export function inboxName(userid: string, defaultdomain?: string): string {
  const { localpart, domain } = splitUserid(userid, defaultdomain);
  const inbox = `user.${localpart.replaceAll('.', '^')}`;
  return domain === undefined ? inbox : `${domain}!${inbox}`;
}

/** Source: mbname_from_userid, imap/mboxname.c 3.6.1: the last `@` counts, whatever virtdomains says. */
export function splitUserid(userid: string, defaultdomain?: string): { localpart: string; domain?: string } {
  const cut = userid.lastIndexOf('@');
  if (cut < 0) return { localpart: userid };
  const domain = userid.slice(cut + 1);
  return { localpart: userid.slice(0, cut), ...(domain === defaultdomain ? {} : { domain }) };
}
