import type { SideRole } from '../../model/effects.js';
import { defineFor } from '../define.js';

/** Something about one message file of one side. */
export interface FileSubject {
  readonly side: SideRole;
  readonly problem: 'missing' | 'empty' | 'size' | 'guid' | 'unclaimed' | 'twice' | 'leftover' | 'odd';
  /** 0 for a file that is no message. */
  readonly uid: number;
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** Replication has to read this file, and stops the user when it cannot. */
  readonly travels: boolean;
}

export const defineFileFinding = defineFor<FileSubject>('file');
