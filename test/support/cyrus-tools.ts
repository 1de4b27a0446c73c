import { spawnSync } from 'node:child_process';
import { copyFileSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import type { CyrusDb } from '../../src/formats/cyrusdb/cyrusdb.js';
import { inMboxOrder } from './encode/encode-flat.js';

export const CYRUS_BIN = '/usr/lib/cyrus/bin';

export type DbFormat = 'twoskip' | 'skiplist' | 'flat' | 'quotalegacy';

/** Cyrus's own programs, run as its user with one imapd.conf. Their output is bytes. */
export class CyrusTools {
  /** Debian's user for Cyrus. */
  readonly user: { readonly uid: number; readonly gid: number };

  constructor(readonly confFile: string) {
    const id = (flag: string): number => Number(spawnSync('id', [flag, 'cyrus'], { encoding: 'utf8' }).stdout);
    this.user = { uid: id('-u'), gid: id('-g') };
  }

  argv(name: string, args: readonly string[]): [string, string[]] {
    return [join(CYRUS_BIN, name), ['-C', this.confFile, ...args]];
  }

  /** @throws when the program fails or complains */
  run(name: string, args: readonly string[], input: string | Buffer = ''): Buffer {
    const { status, stdout, stderr } = spawnSync(...this.argv(name, args), {
      ...this.user,
      input,
      maxBuffer: 1024 * 1024 * 1024,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    });
    if (status !== 0 || stderr.length > 0)
      throw new Error(`${name} ${args.join(' ')} => ${String(status)}: ${stderr.toString()}`);
    return stdout;
  }

  /** What Cyrus prints of a copy of a database: it may recover what it opens, and so write to it. */
  show(file: string, format: DbFormat): Buffer {
    const copy = `${file}.shown`;
    copyFileSync(file, copy);
    chownSync(copy, this.user.uid, this.user.gid);
    return this.run('cyr_dbtool', [copy, format, 'show']);
  }
}

/** Our rows as `cyr_dbtool show` prints them, which for flat is in the order of the file. */
export function asShown(db: CyrusDb | undefined): Buffer {
  const rows = [...(db?.rows() ?? [])];
  if (db?.format === 'flat') rows.sort((a, b) => inMboxOrder(a.key).compare(inMboxOrder(b.key)));
  return Buffer.concat(rows.flatMap(({ key, value }) => [key, Buffer.from('\t'), value, Buffer.from('\n')]));
}
