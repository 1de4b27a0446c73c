import type { Copies } from '../findings/mailbox/mailbox-subject.js';
import type { MailboxHeader, Mbentry } from '../model/mailbox.js';
import type { MailboxList } from '../sources/spool/mailbox-list.js';
import { aclText } from './read-mailbox.js';

const shown = (value: string | number | undefined): string => (value === undefined ? '(none)' : String(value));

/**
 * Fields in which the row by uniqueid is not the row by name. Not the mtime: 3.6.1 looks at the clock for each of the two,
 * and a second may pass between (seen in 200 users). Source: mboxlist.md section 5.
 */
export function differencesOfRows(list: MailboxList, entry: Mbentry): Copies[] {
  const row = list.hasUniqueidRows && entry.uniqueid !== undefined ? list.uniqueidRow(entry.uniqueid) : undefined;
  // Of another name it is the row of another mailbox, or of what this one was called before.
  if (row?.mboxname !== entry.mboxname) return [];
  const fields: readonly (readonly [string, (of: Mbentry) => string | number | undefined])[] = [
    ['type', ({ mbtype }) => mbtype.letters],
    ['partition', ({ partition }) => partition],
    ['uidvalidity', ({ uidvalidity }) => uidvalidity],
    ['createdmodseq', ({ createdmodseq }) => createdmodseq],
    ['foldermodseq', ({ foldermodseq }) => foldermodseq],
    ['ACL', ({ acl }) => aclText(acl).trim()],
  ];
  return fields
    .map(([field, of]) => ({ field, list: shown(of(entry)), other: shown(of(row)) }))
    .filter(({ list: a, other: b }) => a !== b);
}

/**
 * Values in cyrus.header and the index header that are copies of what the list says.
 * @param uidvalidity of the index header
 */
export function staleCopies(
  entry: Mbentry,
  header: MailboxHeader | undefined,
  uidvalidity: number | undefined,
): Copies[] {
  const copies: Copies[] = [];
  const compare = (field: string, list: string | number | undefined, other: string | number | undefined): void => {
    if (list !== other) copies.push({ field, list: shown(list), other: shown(other) });
  };
  if (header !== undefined) {
    compare('ACL in cyrus.header', aclText(entry.acl).trim(), aclText(header.acl).trim());
    if (header.form === 'dlist') compare('type in cyrus.header', entry.mbtype.kind, header.mbtype?.[0]);
  }
  // An entry that was converted from an older list has none.
  if (entry.uidvalidity !== undefined && uidvalidity !== undefined)
    compare('uidvalidity in cyrus.index', entry.uidvalidity, uidvalidity);
  return copies;
}

/**
 * Where cyrus.header names another quota root than the one that counts.
 * @param quotaroot the longest one that covers the mailbox; null = not known
 */
export function wrongQuotaroot(
  quotaroot: string | undefined | null,
  header: MailboxHeader | undefined,
): Copies | undefined {
  if (quotaroot === null || header === undefined || quotaroot === header.quotaroot) return undefined;
  return { field: 'quota root', list: shown(quotaroot), other: shown(header.quotaroot) };
}
