/** What a user has of sieve scripts on one server, read without the auditor's decoders. */
import { createHash } from 'node:crypto';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReducedMailbox } from '../../fixtures/make/case-file.js';
import type { Instance } from '../../fixtures/make/instance.js';

export interface SieveScripts {
  /** Name -> SHA-1 of the source: messages of #sieve, and sources in the directory. */
  readonly scripts: ReadonlyMap<string, string>;
  /** The script that lmtpd would run: the link's, when there is such a script. */
  readonly run?: string;
}

/** @param uniqueid of the user's INBOX, after which 3.6 names the directory of his scripts */
export async function readSieveScripts(
  instance: Instance,
  userid: string,
  uniqueid: string,
  mailbox: ReducedMailbox | undefined,
): Promise<SieveScripts> {
  const scripts = new Map<string, string>();
  const directory = join(
    instance.dir,
    instance.conf['sievedir'] ?? 'conf/sieve',
    `uuid/${uniqueid[0]!}/${uniqueid[1]!}/${uniqueid}`,
  );
  for (const name of await readdir(directory).catch(() => [])) {
    if (name.endsWith('.script')) scripts.set(name.slice(0, -7), sha1(await readFile(join(directory, name))));
  }
  if (mailbox !== undefined && mailbox.records.some(([, , expunged]) => expunged === 0)) {
    const path = (await instance.mustTool('mbpath', `user.${userid}.#sieve`)).trim();
    for (const [uid, , expunged] of mailbox.records) {
      if (expunged === 1) continue;
      const message = await readFile(join(path, `${uid}.`));
      const body = message.indexOf('\r\n\r\n') + 4;
      const name = /^Subject: (.*)\r$/m.exec(message.toString('latin1', 0, body))![1]!;
      scripts.set(name, sha1(message.subarray(body)));
    }
  }
  const active = (await readlink(join(directory, 'defaultbc')).catch(() => '')).replace(/\.bc$/, '');
  return { scripts, ...(scripts.has(active) ? { run: active } : {}) };
}

export const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');
