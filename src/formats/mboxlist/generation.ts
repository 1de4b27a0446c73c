import type { CyrusDbRow } from '../cyrusdb/cyrusdb.js';
import { asString, kvGet, parseDlist } from '../dlist/dlist.js';
import { classifyKey } from './key.js';

/** `typed`: 3.6 and later. `plain`: 2.2 to 3.5, whose keys are internal mailbox names. */
export type ListForm = 'typed' | 'plain';

const PERCENT = 0x25;
const HIERSEP = 0x1f;
const TYPES = 'NIAJU';

/** Rows that are asked: one that was damaged is outvoted by its neighbours. */
const VOTES = 64;

/**
 * Tells the form of a mailbox list by its first rows that only one form can have; undefined when it has no rows. No
 * record says it. A list in which no row tells is typed: its keys look like typed ones.
 * Source: _check_rec_cb, imap/mboxlist.c 3.13; mboxlist.md section 1.
 */
export function listForm(rows: Iterable<CyrusDbRow>): ListForm | undefined {
  let isEmpty = true;
  const votes = { typed: 0, plain: 0 };
  for (const row of rows) {
    isEmpty = false;
    const told = formOfRow(row);
    if (told !== undefined) votes[told] += 1;
    if (votes.typed + votes.plain === VOTES) break;
  }
  if (isEmpty) return undefined;
  return votes.plain > votes.typed ? 'plain' : 'typed';
}

/** undefined: a row that either form can have. */
function formOfRow({ key, value }: CyrusDbRow): ListForm | undefined {
  const type = String.fromCharCode(key[0] ?? 0);
  // Reverse ACLs of older lists, and names that do not begin as typed keys do.
  if (!TYPES.includes(type)) return 'plain';
  if (type === 'A' || type === 'J' || type === 'U') {
    const { kind } = classifyKey(key);
    return kind === 'unknown' ? 'plain' : 'typed';
  }
  if (value[0] !== PERCENT) return 'plain';
  const { value: item } = parseDlist(value, '');
  if (item === undefined) return key.includes(HIERSEP) ? 'typed' : undefined;
  if (type === 'I') return kvGet(item, 'N') === undefined ? 'plain' : 'typed';
  if (key.includes(HIERSEP)) return 'typed';
  // The name of a shared mailbox: typed lists always state the type, with a kind that older ones left out for mail.
  const letters = asString(kvGet(item, 'T'));
  return letters === undefined ? 'plain' : letters.includes('e') ? 'typed' : undefined;
}
