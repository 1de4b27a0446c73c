import type { ReportSide } from '../generated/report.js';
import { shellWord } from './command-line.js';
import { printable } from './printable.js';

/** A path of a copy, as the machine of the side has it. */
export function onMachine(path: string, { root }: Pick<ReportSide, 'root'>): string {
  if (root === undefined) return path;
  const base = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(base) ? `/${path.slice(base.length)}` : path;
}

/** That every program of Cyrus reads by itself. */
const USUAL_CONFIG = '/etc/imapd.conf';

/** The option that has a program of Cyrus read the imapd.conf of a side, on its machine; none where it does anyway. */
export function configOption(side: Pick<ReportSide, 'config' | 'root'>): string[] {
  const path = onMachine(side.config, side);
  return path === USUAL_CONFIG ? [] : ['-C', shellWord(printable(path))];
}
