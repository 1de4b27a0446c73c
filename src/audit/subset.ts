import { crc32 } from '../bytes/crc32.js';
import type { Subset } from './context.js';

const WHOLE: Subset = { part: 1, of: 1 };

/**
 * Tells of the messages of a mailbox by UID whether they belong to a part: always to the same one, on either side, so that
 * a round through all parts has seen every message.
 */
export function inSubset(uniqueid: string, { part, of }: Subset = WHOLE): (uid: number) => boolean {
  const start = crc32(Buffer.from(uniqueid)) % of;
  return (uid) => (start + uid) % of === part - 1;
}
