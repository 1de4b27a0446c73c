import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { openCyrusDb } from '../../../src/formats/cyrusdb/open-cyrusdb.js';
import { openDatabase, whyNotDecoded } from '../../../src/sources/spool/open-database.js';
import { openUserDatabase } from '../../../src/sources/spool/user-database.js';

/** The first 512 bytes of a page of Berkeley DB: its magic is at byte 12, in the order of the host that wrote it. */
const berkeley = (magic: number, isLittle: boolean): Buffer => {
  const page = Buffer.alloc(512);
  if (isLittle) page.writeUInt32LE(magic, 12);
  else page.writeUInt32BE(magic, 12);
  return page;
};

test.each<[string, Buffer, string]>([
  ['a btree', berkeley(0x00053162, true), 'berkeley'],
  ['a btree of the other byte order', berkeley(0x00053162, false), 'berkeley'],
  ['a hash', berkeley(0x00061561, true), 'berkeley'],
  ['SQLite', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(84)]), 'sqlite'],
])('%s is known, not readable here, and never empty', (_, bytes, format) => {
  const opened = openCyrusDb(bufferSource(bytes), 'f');
  expect(opened).toMatchObject({ format, unsupported: `a ${format} database` });
  expect(opened.db).toBeUndefined();
});

test('a directory, which is what zeroskip has, is not readable and not a missing file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cyraudit-zeroskip-'));
  try {
    const path = join(directory, 'mailboxes.db');
    mkdirSync(path);
    const opened = openDatabase(path);
    opened.close();
    expect(opened.db).toBeUndefined();
    expect(opened.failure?.missing ?? false).toBe(false);
    expect(opened.failure?.reason ?? whyNotDecoded(opened)).toContain(path);
    expect(openUserDatabase(path).unread).toContain(path);
    writeFileSync(join(path, '.zsdb'), '');
    expect(openDatabase(path)).toMatchObject({ unsupported: 'a zeroskip database', faults: [] });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
