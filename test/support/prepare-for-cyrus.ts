import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { absoluteConf, formatConf, parseConf, runtimeConf } from '../../fixtures/make/imapd-conf.js';
import { CyrusTools } from './cyrus-tools.js';

/** Makes a copy of a side such that Cyrus can open it where it is, and gives its programs. */
export function prepareForCyrus(copy: string): CyrusTools {
  const confFile = join(copy, 'imapd.conf');
  const conf = parseConf(readFileSync(confFile, 'utf8'));
  writeFileSync(confFile, formatConf({ ...absoluteConf(conf, copy), ...runtimeConf(copy) }));
  for (const name of ['run/proc', 'run/lock', 'conf/db', 'conf/socket'])
    mkdirSync(join(copy, name), { recursive: true });
  spawnSync('chown', ['-R', 'cyrus:mail', copy]);
  return new CyrusTools(confFile);
}
