import type { Facts, SideRole } from '../../model/effects.js';
import { defineFor } from '../define.js';

/** Something about one message file of one side. */
export interface FileSubject {
  readonly side: SideRole;
  readonly problem: 'missing' | 'empty' | 'size' | 'guid' | 'closed' | 'unclaimed' | 'twice' | 'leftover' | 'odd';
  /** 0 for a file that is no message. */
  readonly uid: number;
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** Of a message that is missing or damaged: the GUID and size in bytes that its record says, and whether users see it. */
  readonly message?: { readonly guid: string; readonly size: number; readonly isLive: boolean };
  /** Where an intact copy of it lies: same GUID, proven by its SHA-1. undefined = not looked for. */
  readonly copy?: string | undefined | null;
  /** Replication has to read this file, and stops the user when it cannot. */
  readonly travels: boolean;
}

/** A message whose file is not what its record says: where its intact copy is, and what that means for replication. */
export const damaged = <F extends Facts>({ side, uid, travels, copy }: FileSubject, facts: F) => ({
  side,
  uid,
  // For a person and for a script: a path, or that there is none.
  facts: { ...facts, copy: copy === undefined ? 'not looked for' : (copy ?? 'none') },
  effects: [travels ? 'blocked' : 'unseen'] as const,
});

export const copyWords = (copy: string): string =>
  copy === 'none' || copy === 'not looked for' ? `intact copy: ${copy}` : `an intact copy is ${copy}`;

export const defineFileFinding = defineFor<FileSubject>('file');
