import type { Mbentry } from '../../model/mailbox.js';
import { MAX_PLAIN_BYTES, PLAIN_ATOM, PLAIN_ATOMS } from '../dlist/plain-atom.js';
import { aclFromPlain } from './acl.js';
import { parseMbtype } from './mbtype.js';
import { MAX_UIDVALIDITY } from './uidvalidity.js';

/** The fields in the order in which 3.6 writes them. Source: mboxlist_entry_to_dlist, imap/mboxlist.c 3.6.1. */
const PLAIN_ROW = new RegExp(
  `^%\\(T ([a-z]+) I (${PLAIN_ATOM}) P (${PLAIN_ATOM})(?: V (\\d{1,20}))?(?: C (\\d{1,20}))?(?: F (\\d{1,20}))?(?: M (\\d{1,20}))? A %\\((${PLAIN_ATOMS})\\)\\)$`,
);

/**
 * Decodes an N row of the plainest form in one step, as `parseMbentry` does for every form; undefined = it has another one.
 * A list is decoded row by row, and the general grammar costs ten times as much.
 */
export function decodePlainRow(mboxname: string, value: Buffer): Mbentry | undefined {
  if (value.length > MAX_PLAIN_BYTES) return undefined;
  const match = PLAIN_ROW.exec(value.toString('latin1'));
  if (match === null) return undefined;
  const [, letters, uniqueid, partition, uidvalidity, createdmodseq, foldermodseq, mtime, rights] = match;
  const acl = aclFromPlain(rights!);
  if (acl === undefined || uniqueid === 'NIL' || partition === 'NIL') return undefined;
  if (uidvalidity !== undefined && Number(uidvalidity) > MAX_UIDVALIDITY) return undefined;
  return {
    mboxname,
    uniqueid: uniqueid!,
    mbtype: parseMbtype(letters),
    partition: partition!,
    acl,
    ...(uidvalidity === undefined ? {} : { uidvalidity: Number(uidvalidity) }),
    ...(foldermodseq === undefined ? {} : { foldermodseq: Number(foldermodseq) }),
    ...(createdmodseq === undefined ? {} : { createdmodseq: Number(createdmodseq) }),
    ...(mtime === undefined ? {} : { mtime: Number(mtime) }),
    history: [],
  };
}
