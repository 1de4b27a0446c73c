import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const dir = join(import.meta.dirname, '../../fixtures/anchors/sqlite');

/** Sound databases of SQLite 3.40.1. */
export const sqliteAnchors = (): { readonly name: string; readonly bytes: Buffer }[] =>
  readdirSync(dir)
    .filter((file) => file.endsWith('.db.gz'))
    .map((file) => ({ name: file.slice(0, -'.db.gz'.length), bytes: gunzipSync(readFileSync(join(dir, file))) }));
