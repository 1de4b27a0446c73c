import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Copies a side as it would lie below `root` on a machine where its paths are absolute: imapd.conf in /etc, the rest in
 * /srv. @returns the path of imapd.conf
 */
export function rootedCopy(side: string, root: string): string {
  mkdirSync(join(root, 'etc'), { recursive: true });
  cpSync(side, join(root, 'srv'), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const conf = readFileSync(join(side, 'imapd.conf'), 'utf8');
  const file = join(root, 'etc/imapd.conf');
  writeFileSync(file, conf.replace(/(: )(?=[a-z]+(\/|\n|$))(?=conf|spool|sieve)/g, '$1/srv/'));
  return file;
}
