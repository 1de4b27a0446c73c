import { whyNotDecoded } from '../sources/spool/open-database.js';
import type { Side } from '../sources/spool/open-side.js';

/** Why no mailbox annotation of a side is known: all of them are in annotations.db. undefined = they are, or there is none. */
export function whyAnnotationsUnread({ annotations }: Side): string | undefined {
  const { path, db, failure, faults } = annotations;
  if (failure?.missing === true || faults.some(({ code }) => code === 'file-empty')) return undefined;
  if (failure !== undefined) return failure.reason;
  // Damage is a finding beside this: what it takes with it was not compared.
  return db === undefined
    ? (whyNotDecoded(annotations) ?? `${path}: ${faults[0]?.code ?? 'cannot be decoded'}`)
    : undefined;
}
