import type { Report, ReportSide } from '../generated/report.js';
import { counted, grouped } from './numbers.js';

/** What was gone when it was looked at again, if anything was to be looked at again. */
export function recheckWords({ recheck }: Report): string | undefined {
  if (recheck === undefined) return undefined;
  const settled = Object.values(recheck.settled).reduce((sum, n) => sum + n, 0);
  const looks = `${counted(recheck.looks, 'further look')} at what differs, ${grouped(recheck.delaySeconds)} s apart`;
  return `${looks}: ${counted(settled, 'finding')} had settled`;
}

/** Which release the predictions are those of, and that it was only assumed. */
export function engineWords(sides: readonly ReportSide[]): string | undefined {
  const engine = sides.find(({ role }) => role === 'master')?.replicatesAs;
  if (engine === undefined) return undefined;
  const why =
    engine.from === 'given' ? 'as given' : 'the oldest that could have written its spool; --engine names another';
  return `replication as Cyrus ${engine.version} does it (${why})`;
}
