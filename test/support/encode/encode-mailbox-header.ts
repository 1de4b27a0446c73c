import { MAILBOX_HEADER_MAGIC } from '../../../src/formats/mailbox-header/mailbox-header.js';
import { aclList, atom, kvlist } from './encode-dlist.js';

export interface MailboxHeaderContent {
  /** Only the dlist form has it. */
  readonly mboxname?: string;
  readonly uniqueid: string;
  readonly quotaroot?: string;
  readonly acl: readonly (readonly [identifier: string, rights: string])[];
  /** Names by user flag number; undefined = free slot. */
  readonly userFlags?: readonly (string | undefined)[];
}

/** cyrus.header as 3.6 and later write it, or the text of earlier releases. Source: mailbox-files.md. */
export function encodeMailboxHeader(content: MailboxHeaderContent, form: 'dlist' | 'text' = 'dlist'): Buffer {
  const { mboxname, uniqueid, quotaroot, acl, userFlags = [] } = content;
  // Cyrus 3.6.1 refuses a header without its last LF.
  const body =
    form === 'dlist'
      ? `${kvlist([
          ['T', 'e'],
          ['N', mboxname === undefined ? undefined : atom(mboxname)],
          ['I', atom(uniqueid)],
          ['Q', quotaroot === undefined ? undefined : atom(quotaroot)],
          ['A', aclList(acl)],
          ['U', userFlags.length === 0 ? undefined : `(${userFlags.map(atom).join(' ')})`],
        ])}\n`
      : `${quotaroot ?? ''}\t${uniqueid}\n${userFlags.map((name) => name ?? '').join(' ')}\n` +
        `${acl.map(([identifier, rights]) => `${identifier}\t${rights}\t`).join('')}\n`;
  return Buffer.concat([MAILBOX_HEADER_MAGIC, Buffer.from(body)]);
}
