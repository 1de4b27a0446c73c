import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bufferSource } from '../../src/bytes/byte-source.js';
import { openTwoskip } from '../../src/formats/cyrusdb/twoskip/twoskip.js';
import { buildTwoskip } from './build-twoskip.js';

/** `aab`, `aac`, ...: names of three letters, as long as `ada`. */
const nameOf = (n: number): string => {
  const letter = (value: number): string => String.fromCharCode(97 + (value % 26));
  return `x${letter(Math.floor(n / 26))}${letter(n)}`;
};

/**
 * Gives a side of a pair under fixtures/made `copies` more users like its user `ada`: rows of the list and the mailbox
 * directories. Names and uniqueids are replaced by others of the same length. What hangs on the user elsewhere (quota,
 * subscriptions) is not copied.
 */
export function multiplyUsers(side: string, copies: number): void {
  const list = join(side, 'conf/mailboxes.db');
  const { db } = openTwoskip(bufferSource(readFileSync(list)), list);
  const rows = [...db!.rows()].map(({ key, value }) => [key.toString('latin1'), value.toString('latin1')] as const);
  const uniqueids = rows.flatMap(([key, value]) => {
    const id = /^Nuser\x1fada(\x1f|$)/.test(key) ? /\bI (\w+)/.exec(value)?.[1] : undefined;
    return id === undefined || (!value.includes(' T e ') && /T \w*d/.test(value)) ? [] : [id];
  });
  const own = rows.filter(([key]) => /^Nuser\x1fada(\x1f|$)/.test(key) || uniqueids.some((id) => key === `I${id}`));
  const all = new Map(rows);
  for (let n = 0; n < copies; n++) {
    const replace = (text: string): string => {
      let replaced = text.replaceAll('user\x1fada', `user\x1f${nameOf(n)}`).replaceAll('user.ada', `user.${nameOf(n)}`);
      for (const id of uniqueids) replaced = replaced.replaceAll(id, cloneId(id, n));
      return replaced;
    };
    for (const [key, value] of own) all.set(replace(key), replace(value));
    for (const id of uniqueids) {
      const clone = cloneId(id, n);
      const path = (uniqueid: string): string => join(side, 'spool/uuid', uniqueid[0]!, uniqueid[1]!, uniqueid);
      try {
        cpSync(path(id), path(clone), { recursive: true, preserveTimestamps: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        throw error;
      }
      const header = join(path(clone), 'cyrus.header');
      writeFileSync(header, replace(readFileSync(header, 'latin1')), 'latin1');
    }
  }
  const sorted = [...all].map(([key, value]) => [Buffer.from(key, 'latin1'), Buffer.from(value, 'latin1')] as const);
  writeFileSync(list, buildTwoskip(sorted.sort(([a], [b]) => a.compare(b))));
}

/** The same uniqueid with another end. */
const cloneId = (id: string, n: number): string => `${id.slice(0, -4)}${String(n).padStart(4, '0')}`;
