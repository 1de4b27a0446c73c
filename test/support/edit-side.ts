import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bufferSource } from '../../src/bytes/byte-source.js';
import { openCyrusDb } from '../../src/formats/cyrusdb/open-cyrusdb.js';
import { INDEX_VERSIONS } from '../../src/formats/index/versions/all.js';
import { atRest } from './at-rest.js';
import { reseal } from './build-index.js';
import { buildTwoskip } from './build-twoskip.js';

/** Rows of a database as latin1 text. */
export type Rows = Map<string, string>;

const v17 = INDEX_VERSIONS.get(17)!;

function readRows(path: string): Rows {
  const { db } = openCyrusDb(bufferSource(readFileSync(path)), path);
  if (db === undefined) throw new Error(`${path}: not a database`);
  return new Map([...db.rows()].map(({ key, value }) => [key.toString('latin1'), value.toString('latin1')]));
}

/** Rewrites the mailbox list of a side, or another database of its configdirectory. */
export function editRows(side: string, edit: (rows: Rows) => void, file = 'mailboxes.db'): void {
  const path = join(side, 'conf', file);
  const rows = readRows(path);
  edit(rows);
  const sorted = [...rows].map(([key, value]) => [Buffer.from(key, 'latin1'), Buffer.from(value, 'latin1')] as const);
  writeFileSync(path, buildTwoskip(sorted.sort(([a], [b]) => a.compare(b))));
  atRest(path);
}

/** The row by name of a mailbox in a list of 3.6. */
export function findRow(
  rows: Rows,
  mboxname: string,
): { readonly key: string; readonly value: string; readonly uniqueid: string } {
  const key = `N${mboxname.replaceAll('.', '\x1f')}`;
  const value = rows.get(key);
  const uniqueid = / I (\w+)/.exec(value ?? '')?.[1];
  if (value === undefined || uniqueid === undefined) throw new Error(`${mboxname}: not in the list`);
  return { key, value, uniqueid };
}

/** Directory of a mailbox of a side with one partition, `spool`. */
export function mailboxDir(side: string, mboxname: string): string {
  const { uniqueid } = findRow(readRows(join(side, 'conf/mailboxes.db')), mboxname);
  return join(side, 'spool/uuid', uniqueid[0]!, uniqueid[1]!, uniqueid);
}

/** A database of the user with this INBOX, and its directory. */
export function makeUserMetaPath(side: string, inbox: string, suffix: string): string {
  const { uniqueid } = findRow(readRows(join(side, 'conf/mailboxes.db')), inbox);
  const dir = join(side, 'conf/user/uuid', uniqueid[0]!, uniqueid[1]!, uniqueid);
  mkdirSync(dir, { recursive: true });
  return join(dir, `${suffix}.db`);
}

export const indexField = (of: 'header' | 'record', name: string): { readonly at: number } => ({
  at: v17[of].offsetOf(name),
});

/** Changes bytes of a cyrus.index of version 17 and corrects the checksums of header and records. */
export function editIndex(
  path: string,
  edit: (index: { readonly header: Buffer; readonly records: readonly Buffer[] }) => void,
): void {
  const bytes = readFileSync(path);
  const { size } = v17.record;
  const header = bytes.subarray(0, v17.header.size);
  const records: Buffer[] = [];
  for (let at = header.length; at < bytes.length; at += size) records.push(bytes.subarray(at, at + size));
  edit({ header, records });
  reseal(header.subarray(0, v17.header.offsetOf('headerCrc') + 4));
  for (const record of records) reseal(record.subarray(0, v17.record.offsetOf('recordCrc') + 4));
  writeFileSync(path, bytes);
  atRest(path);
}
