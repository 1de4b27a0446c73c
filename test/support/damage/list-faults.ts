import { findRow, type Rows } from '../edit-side.js';
import type { Fault, Place } from './fault.js';
import { MBOXLIST, SHARED, WORK, editRows, readRows } from './rich-side.js';
import type { SideFiles } from './side-files.js';
import { kvFields } from './text-fields.js';

const of = (target: string, field: string, verb: string, place: Place, edit: (rows: Rows) => void): Fault => ({
  target,
  field,
  verb,
  seal: 'none',
  place,
  apply: (side) => editRows(side, MBOXLIST, edit),
});

/** Every key of the row by name and of the row by uniqueid of a mailbox, and rows of every kind as a whole. */
export function listFaults(files: SideFiles): Fault[] {
  const rows = readRows(files, MBOXLIST);
  const { key, value, uniqueid } = findRow(rows, WORK);
  const place = { mboxname: WORK };
  const byUniqueid = `I${uniqueid}`;
  const fieldsOf = (target: string, row: string, of_: Place): Fault[] =>
    kvFields(rows.get(row)!).flatMap(({ field, verbs }) =>
      verbs.map(([verb, changed]) => of(target, field, verb, of_, (list) => list.set(row, changed))),
    );
  const tombstone = [...rows].find(([name, text]) => name.startsWith('N') && text.includes('T ed'))![0];
  const other = findRow(rows, 'user.ada.New');
  return [
    ...fieldsOf('mailboxes.db row by name', key, place),
    ...fieldsOf('mailboxes.db row by uniqueid', byUniqueid, place),
    of('mailboxes.db rows', 'row by name', 'drop', place, (list) => list.delete(key)),
    of('mailboxes.db rows', 'row by uniqueid', 'drop', place, (list) => list.delete(byUniqueid)),
    of('mailboxes.db rows', 'both rows', 'drop', place, (list) => {
      list.delete(key);
      list.delete(byUniqueid);
    }),
    of('mailboxes.db rows', 'row by name', 'duplicate under another name', {}, (list) => list.set(`${key}2`, value)),
    of('mailboxes.db rows', 'row by uniqueid', 'duplicate under another uniqueid', {}, (list) =>
      list.set(`${byUniqueid.slice(0, -1)}~`, rows.get(byUniqueid)!),
    ),
    of('mailboxes.db rows', 'rows by name', 'swap', place, (list) => {
      list.set(key, other.value);
      list.set(other.key, value);
    }),
    of('mailboxes.db rows', 'row by name', 'garbage', place, (list) => list.set(key, '%(T e I')),
    of('mailboxes.db rows', 'row by uniqueid', 'garbage', place, (list) => list.set(byUniqueid, '%(T e N')),
    of('mailboxes.db rows', 'row by name', 'empty', place, (list) => list.set(key, '')),
    of('mailboxes.db rows', 'row by name', 'stale: as before the ACL changed', place, (list) =>
      list.set(key, value.replace('ben lrs', '').replace(' ))', '))').replace('F 5', 'F 1')),
    ),
    of('mailboxes.db rows', 'tombstone', 'drop', {}, (list) => list.delete(tombstone)),
    of('mailboxes.db rows', 'tombstone', 'duplicate', {}, (list) => list.set(`${tombstone}2`, rows.get(tombstone)!)),
    of('mailboxes.db rows', 'an unknown kind of row', 'add', {}, (list) => list.set('Qfoo', 'bar')),
    ...reverseAclFaults(rows),
  ];
}

/** Rows that tell who has rights on mailboxes of others. */
function reverseAclFaults(rows: Rows): Fault[] {
  const target = 'mailboxes.db reverse ACL rows';
  const keys = [...rows.keys()];
  const user = keys.find((key) => key.startsWith('AU'))!;
  const shared = keys.find((key) => key.startsWith('ASanyone') || key.startsWith('AS\x1eanyone'))!;
  const marker = 'AS\x1e';
  return [
    of(target, 'row of a user', 'drop', { mboxname: WORK }, (list) => list.delete(user)),
    of(target, 'row of a user', 'flip', { mboxname: WORK }, (list) => {
      list.delete(user);
      list.set(user.replace('ben', 'bem'), '');
    }),
    of(target, 'row of a user', 'add', { mboxname: WORK }, (list) => list.set(user.replace('ben', 'eve'), '')),
    of(target, 'row of a user', 'add for no mailbox', {}, (list) => list.set(`${user}2`, '')),
    of(target, 'row of a shared mailbox', 'drop', { mboxname: SHARED }, (list) => list.delete(shared)),
    of(target, 'marker', 'drop', {}, (list) => list.delete(marker)),
  ];
}
