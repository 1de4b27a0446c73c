import type { SideRole } from '../../model/effects.js';
import type { FormatFault } from '../../model/fault.js';
import { defineFor } from '../define.js';

/** Something about the mailbox list of a side, or about a partition or a directory against the list. */
export type ListSubject =
  /** `found` says what is there in place of the list. */
  | { readonly kind: 'missing'; readonly side: SideRole; readonly path: string; readonly found: string }
  | { readonly kind: 'empty'; readonly side: SideRole; readonly path: string; readonly directories: boolean }
  | { readonly kind: 'fault'; readonly side: SideRole; readonly fault: FormatFault }
  | {
      readonly kind: 'two-names';
      readonly side: SideRole;
      readonly uniqueid: string;
      readonly names: readonly string[];
    }
  | { readonly kind: 'inbox-missing'; readonly side: SideRole; readonly userid: string; readonly mailboxes: number }
  | { readonly kind: 'unuser'; readonly userid: string; readonly mailboxes: number }
  | {
      readonly kind: 'partition';
      readonly side: SideRole;
      readonly partition: string;
      readonly path: string;
      readonly listed: number;
      readonly missing: number;
      readonly rootIsEmpty: boolean;
    }
  | DirectorySubject;

/** A directory with an index that no live entry of its side's list claims. */
export interface DirectorySubject {
  readonly kind: 'directory';
  readonly side: SideRole;
  readonly path: string;
  /** From cyrus.header, or from the path. */
  readonly uniqueid: string;
  readonly mboxname: string;
  /** The list has a tombstone for this uniqueid or name. */
  readonly tombstone: boolean;
  /** The other side has a live entry for this uniqueid. */
  readonly listedOnOther: boolean;
  /** Cyrus itself marked the index as deleted: it was removing the files. */
  readonly beingRemoved: boolean;
}

export const defineListFinding = defineFor<ListSubject>('list');
