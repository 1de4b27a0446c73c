import { isAbsolute } from 'node:path';
import type { ManifestMessage } from '../generated/manifest.js';

/** Ends a line, a string of IMAP or a part of a login. */
const CONTROL = /[\x00-\x1f\x7f]/;
/** Seconds since the epoch of the last year with four digits. */
const LATEST = 253_402_300_799;

/**
 * What no salvage writes into a message, and what would say something else to the server, or read a file from elsewhere.
 * @returns what is wrong
 */
export function messageProblem(message: ManifestMessage): string | undefined {
  const { mboxname, target, flags, file, internaldateEpoch, size, flagsToAdd = [], annotations } = message;
  const names = [mboxname, target.mboxname, ...flags.system, ...flags.user, ...flagsToAdd];
  const control = [...names, ...annotations.map(({ entry }) => entry)].find((name) => CONTROL.test(name));
  if (control !== undefined) return `a control character in ${JSON.stringify(control.slice(0, 80))}`;
  if (file !== undefined && (isAbsolute(file) || file.split('/').includes('..') || file.includes('\0')))
    return `a file that is not beside the manifest: ${JSON.stringify(file.slice(0, 80))}`;
  if (internaldateEpoch < 0 || internaldateEpoch > LATEST) return `the internaldate ${String(internaldateEpoch)}`;
  return size < 0 ? `the size ${String(size)}` : undefined;
}
