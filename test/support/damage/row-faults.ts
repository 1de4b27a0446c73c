import { join } from 'node:path';
import type { Rows } from '../edit-side.js';
import type { Fault, Place } from './fault.js';
import {
  ANNOTATIONS,
  INBOX,
  LIVE_UID,
  OWNER,
  QUOTA,
  READER,
  WORK,
  editRows,
  mailboxPaths,
  readRows,
  uniqueidOf,
} from './rich-side.js';
import type { SideFiles } from './side-files.js';
import { kvFields } from './text-fields.js';
import { flipText } from './verbs.js';

type Change = readonly [field: string, verb: string, place: Place, edit: (rows: Rows) => void];

const faultsOf = (target: string, pathOf: (files: SideFiles) => string, changes: readonly Change[]): Fault[] =>
  changes.map(([field, verb, place, edit]) => ({
    target,
    field,
    verb,
    seal: 'none',
    place,
    apply: (side) => editRows(side, pathOf(side), edit),
  }));

const rename = (rows: Rows, from: string, to: string): void => {
  rows.set(to, rows.get(from)!);
  rows.delete(from);
};

/** Changes of the fields of an annotation's value: length, value, type, time, modseq, flags. */
function valueChanges(key: string, value: string, place: Place): Change[] {
  const length = value.charCodeAt(3);
  const put = (at: number, text: string): string => value.slice(0, at) + text + value.slice(at + text.length);
  const end = value.length;
  const turn = (at: number): string => put(at, flipText(value[at]!));
  const set = (field: string, verb: string, changed: string): Change => [
    field,
    verb,
    place,
    (rows) => rows.set(key, changed),
  ];
  return [
    set('length', 'flip', turn(3)),
    set('length', 'zero', put(0, '\0'.repeat(8))),
    set('length', 'max', put(0, '\xff'.repeat(8))),
    set('value', 'flip', turn(8 + length - 1)),
    set('type', 'flip', turn(8 + length + 1)),
    set('modseq', 'flip', turn(end - 2)),
    set('modseq', 'zero', put(end - 9, '\0'.repeat(8))),
    set('modseq', 'max', put(end - 9, '\xff'.repeat(8))),
    set('flags', 'flip', turn(end - 1)),
    set('the value', 'truncate', value.slice(0, 10)),
    set('the value', 'empty', ''),
  ];
}

function messageAnnotationFaults(files: SideFiles): Fault[] {
  const pathOf = (side: SideFiles): string => join(mailboxPaths(side, INBOX).spool, 'cyrus.annotations');
  const [[key, value] = ['', ''], [second] = ['']] = [...readRows(files, pathOf(files))];
  const place = { mboxname: INBOX, uid: 1 };
  const inbox = { mboxname: INBOX };
  const move = (uid: string) => (rows: Rows) => rename(rows, key, key.replace(/^\d+/, uid));
  return faultsOf('cyrus.annotations row', pathOf, [
    ['uid', 'of another message', { ...inbox }, move(String(LIVE_UID))],
    ['uid', 'of an expunged message', { ...inbox }, move('4')],
    ['uid', 'of no message', inbox, move('7')],
    ['uid', 'zero', inbox, move('0')],
    ['entry', 'flip', place, (rows) => rename(rows, key, key.replace('/comment', '/commenu'))],
    ['entry', 'drop', inbox, (rows) => rename(rows, key, '1\0\0')],
    ['userid', 'flip', { mboxname: INBOX, uid: 3 }, (rows) => rename(rows, second, second.replace('[.O', '[.N'))],
    ['a row', 'drop', place, (rows) => rows.delete(key)],
    ['a row', 'duplicate for another user', place, (rows) => rows.set(`${key.slice(0, -1)}eve\0`, value)],
    ...valueChanges(key, value, place),
  ]);
}

function mailboxAnnotationFaults(files: SideFiles): Fault[] {
  const [[key, value] = ['', '']] = [...readRows(files, ANNOTATIONS)];
  const place = { mboxname: WORK };
  const inbox = uniqueidOf(files, INBOX);
  return faultsOf('annotations.db row', () => ANNOTATIONS, [
    ['uniqueid', 'flip', place, (rows) => rename(rows, key, flipText(key.slice(0, 24)) + key.slice(24))],
    ['uniqueid', 'of another mailbox', {}, (rows) => rename(rows, key, inbox + key.slice(24))],
    ['entry', 'flip', place, (rows) => rename(rows, key, key.replace('/comment', '/commenu'))],
    ['entry', 'drop', place, (rows) => rename(rows, key, `${key.slice(0, 24)}\0\0`)],
    ['userid', 'flip', place, (rows) => rename(rows, key, key.replace('[.O', '[.N'))],
    ['a row', 'drop', place, (rows) => rows.delete(key)],
    ['a row', 'duplicate for another user', place, (rows) => rows.set(`${key.slice(0, 25)}/comment\0eve\0`, value)],
    ...valueChanges(key, value, place),
  ]);
}

function seenFaults(files: SideFiles): Fault[] {
  const pathOf = (side: SideFiles): string => join(mailboxPaths(side, 'user.ben').user, 'seen.db');
  const [[key, value] = ['', '']] = [...readRows(files, pathOf(files))];
  const place = { userid: READER };
  const fields = ['version', 'lastread', 'lastuid', 'lastchange', 'sequence'];
  const words = value.split(' ');
  const put = (i: number, word: string): string => words.map((old, n) => (n === i ? word : old)).join(' ');
  return faultsOf('seen.db row', pathOf, [
    ...fields.flatMap((field, i): Change[] => [
      [field, 'flip', place, (rows) => rows.set(key, put(i, flipText(words[i]!)))],
      [field, 'zero', place, (rows) => rows.set(key, put(i, '0'))],
      [field, 'max', place, (rows) => rows.set(key, put(i, '4294967295'))],
      [field, 'drop', place, (rows) => rows.set(key, words.filter((_, n) => n !== i).join(' '))],
    ]),
    ['sequence', 'swap', place, (rows) => rows.set(key, put(4, '2,1'))],
    ['uniqueid', 'flip', place, (rows) => rename(rows, key, flipText(key))],
    ['a row', 'drop', place, (rows) => rows.delete(key)],
    ['the value', 'truncate', place, (rows) => rows.set(key, value.slice(0, 8))],
    ['the value', 'empty', place, (rows) => rows.set(key, '')],
  ]);
}

/** A file of text, replaced as a whole. */
function textFaults(
  target: string,
  pathOf: (files: SideFiles) => string,
  place: Place,
  changes: readonly (readonly [field: string, verb: string, change: (text: string) => string])[],
): Fault[] {
  return [
    ...changes.map(([field, verb, change]): Fault => ({
      target,
      field,
      verb,
      seal: 'none',
      place,
      apply: (side) =>
        side.write(pathOf(side), Buffer.from(change(side.read(pathOf(side)).toString('latin1')), 'latin1')),
    })),
    { target, field: 'the file', verb: 'remove', seal: 'none', place, apply: (side) => side.remove(pathOf(side)) },
  ];
}

function subscriptionFaults(): Fault[] {
  const pathOf = (side: SideFiles): string => join(mailboxPaths(side, INBOX).user, 'sub.db');
  return textFaults('sub.db', pathOf, { userid: OWNER }, [
    ['name', 'flip', (text) => text.replace('Work', 'Worj')],
    ['name', 'drop its prefix', (text) => text.replace('NINBOX', 'INBOX')],
    ['a row', 'drop', (text) => text.replace(/NINBOX.*\n/, '')],
    ['a row', 'duplicate', (text) => text + /NINBOX.*\n/.exec(text)![0]],
    ['rows', 'swap', (text) => text.split('\n').slice(0, 2).reverse().join('\n') + '\n'],
    ['version', 'flip', (text) => text.replace(/(VER\x1f\t)2/, '$13')],
    ['version', 'max', (text) => text.replace(/(VER\x1f\t)2/, '$199')],
    ['version', 'drop', (text) => text.replace(/.*VER.*\n/, '')],
    ['tab', 'drop', (text) => text.replace('Work\t', 'Work')],
    ['the file', 'truncate', (text) => text.slice(0, -3)],
    ['the file', 'empty', () => ''],
    ['the file', 'zero', (text) => '\0'.repeat(text.length)],
  ]);
}

function quotaFaults(files: SideFiles): Fault[] {
  const text = files.read(QUOTA).toString('latin1');
  const fields = kvFields(text).flatMap(({ field, verbs }) =>
    verbs.map(([verb, changed]) => [field, verb, () => changed] as const),
  );
  return textFaults('quota root', () => QUOTA, { userid: OWNER }, [
    ...fields,
    ['S used', 'flip', (old) => old.replace(/S \((\d+)/, (_, used: string) => `S (${flipText(used)}`)],
    ['S used', 'zero', (old) => old.replace(/S \(\d+/, 'S (0')],
    ['M used', 'flip', (old) => old.replace(/M \((\d+)/, (_, used: string) => `M (${flipText(used)}`)],
    ['AS used', 'flip', (old) => old.replace(/AS \((\d+)/, (_, used: string) => `AS (${flipText(used)}`)],
    ['NF used', 'flip', (old) => old.replace(/NF \((\d+)/, (_, used: string) => `NF (${flipText(used)}`)],
    ['the file', 'truncate', (old) => old.slice(0, 12)],
    ['the file', 'empty', () => ''],
    ['the file', 'zero', (old) => '\0'.repeat(old.length)],
  ]);
}

/** Every field of the rows that hang on mailboxes and users, times every verb. */
export function rowFaults(files: SideFiles): Fault[] {
  return [
    ...messageAnnotationFaults(files),
    ...mailboxAnnotationFaults(files),
    ...seenFaults(files),
    ...subscriptionFaults(),
    ...quotaFaults(files),
  ];
}
