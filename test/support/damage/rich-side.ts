import { join } from 'node:path';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { openCyrusDb } from '../../../src/formats/cyrusdb/open-cyrusdb.js';
import { buildTwoskip } from '../build-twoskip.js';
import { findRow, type Rows } from '../edit-side.js';
import type { SideFiles } from './side-files.js';

/** Mailboxes of fixtures/made/rich-clean that are damaged. */
export const INBOX = 'user.ada';
export const WORK = 'user.ada.Work';
export const SHARED = 'shared';
export const OWNER = 'ada';
/** Reads the folder `WORK` of the owner. */
export const READER = 'ben';
/** Records of the INBOX: archived, with flags; expunged; not archived. */
export const LIVE_UID = 2;
export const EXPUNGED_UID = 4;
export const SPOOL_UID = 6;

export const MBOXLIST = 'conf/mailboxes.db';
export const ANNOTATIONS = 'conf/annotations.db';
export const QUOTA = 'conf/quota/a/user.ada';

const hashed = (uniqueid: string): string => join('uuid', uniqueid[0]!, uniqueid[1]!, uniqueid);

export function uniqueidOf(files: SideFiles, mboxname: string): string {
  return findRow(readRows(files, MBOXLIST), mboxname).uniqueid;
}

/** Directories of a mailbox, and of its user's own files when it is an INBOX; paths below the side. */
export function mailboxPaths(files: SideFiles, mboxname: string) {
  const below = hashed(uniqueidOf(files, mboxname));
  return { spool: join('spool', below), archive: join('archive', below), user: join('conf/user', below) };
}

/** Rows of a database as latin1 text. */
export function readRows(files: SideFiles, path: string): Rows {
  const { db } = openCyrusDb(bufferSource(files.read(path)), path);
  return new Map([...(db?.rows() ?? [])].map(({ key, value }) => [key.toString('latin1'), value.toString('latin1')]));
}

/** Writes a sound database with other rows: what a bug in software leaves. */
export function editRows(files: SideFiles, path: string, edit: (rows: Rows) => void): void {
  const rows = readRows(files, path);
  edit(rows);
  const sorted = [...rows].map(([key, value]) => [Buffer.from(key, 'latin1'), Buffer.from(value, 'latin1')] as const);
  files.write(path, buildTwoskip(sorted.sort(([a], [b]) => a.compare(b))));
}
