import { defineFor } from '../define.js';

/** Annotations of the server itself that are not the same on both sides. */
export interface ServerAnnotationsSubject {
  /** Names of those that differ, in order. */
  readonly differing: readonly string[];
  /** Of these, what the replica has and the master never had, as far as the file of its database remembers. */
  readonly ofReplica: readonly string[];
  /** Every channel has a pending line that carries the whole set. */
  readonly logged: boolean;
}

/** Entries that a finding names; the rest is counted. */
const MAX_NAMED = 20;

export const defineServerFinding = defineFor<ServerAnnotationsSubject>('server');

interface EntryFacts {
  readonly annotations: number;
  readonly entries: readonly string[];
}

export const entryFacts = (names: readonly string[]): EntryFacts => ({
  annotations: names.length,
  entries: names.slice(0, MAX_NAMED),
});

/** `/shared/comment, /shared/admin and 3 more`. */
export function entryWords({ annotations, entries }: EntryFacts): string {
  const more = annotations - entries.length;
  return `${entries.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

/** How an administrator sends the whole set at once. */
export const CARRY_ALL = `as the user cyrus: printf 'ANNOTATION ""\\n' > FILE; sync_client -r -f FILE, with -n CHANNEL where there are channels.`;
