import type { ImapdConf } from '../formats/imapd-conf/imapd-conf.js';
import { isOlderEngine } from '../replication/engine.js';
import type { SideEngine } from './engine-of-side.js';

/**
 * What stands between the parts of a mailbox name that an administrator types; undefined where nothing tells. An engine
 * that was only told by the spool may be older than the server. Source: unixhierarchysep, lib/imapoptions 2.5.17
 * (off), 3.0.18 (on).
 */
export function hierarchySeparator(
  conf: Pick<ImapdConf, 'isOn'>,
  engine: SideEngine | undefined,
): '.' | '/' | undefined {
  const isOn = conf.isOn('unixhierarchysep', true);
  if (isOn === conf.isOn('unixhierarchysep', false)) return isOn ? '/' : '.';
  if (engine === undefined) return undefined;
  if (!isOlderEngine(engine.version, '3.0')) return '/';
  return engine.from === 'given' ? '.' : undefined;
}
