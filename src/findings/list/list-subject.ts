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
      /** Mailboxes of which something should be below the root: metadata, or messages that are not archived. */
      readonly expected: number;
      readonly rootIsEmpty: boolean;
    }
  | {
      readonly kind: 'meta-root' | 'archive-root';
      readonly side: SideRole;
      readonly partition: string;
      /** Empty or not there. */
      readonly path: string;
      /** Mailboxes of which something should be there. */
      readonly mailboxes: number;
    }
  | {
      readonly kind: 'partition-files';
      readonly side: SideRole;
      readonly partition: string;
      /** Where most of those that are gone should be: the root of the messages, or of the archived ones. */
      readonly path: string;
      readonly files: number;
      readonly gone: number;
      readonly mailboxes: number;
    }
  | {
      readonly kind: 'vanished';
      readonly partition: string;
      readonly filled: number;
      readonly emptied: number;
      readonly units: number;
      readonly messages: number;
    }
  | { readonly kind: 'newer'; readonly units: number; readonly differing: number; readonly newer: number }
  /** An entry that was lost within the budget: the facts of `entry-lost`. */
  | {
      readonly kind: 'lost-within-budget';
      readonly side: SideRole;
      readonly path: string;
      readonly mboxname: string;
      readonly uniqueid: string;
    }
  | { readonly kind: 'leftover'; readonly side: SideRole; readonly path: string }
  | { readonly kind: 'stray-acl-row'; readonly side: SideRole; readonly identifier: string; readonly mboxname: string }
  | { readonly kind: 'jury'; readonly side: SideRole; readonly witnesses: readonly Witness[] }
  | DirectorySubject;

/** Who can say something about a mailbox list that does not come from the list alone, in the order of their weight. */
export const WITNESSES = [
  'database-structure',
  'rows-against-rows',
  'rows-against-headers',
  'rows-against-directories',
  'directories-against-rows',
  'other-side',
  'pending-logs',
] as const;
export type WitnessName = (typeof WITNESSES)[number];

/** `broken`: this alone is `halt`. `silent`: there was nothing to look at. */
export type Vote = 'trusted' | 'doubtful' | 'broken' | 'silent';

export interface Witness {
  readonly name: WitnessName;
  readonly vote: Vote;
  /** Things that speak against the list. */
  readonly count: number;
  /** The first of them by name. */
  readonly examples: readonly string[];
}

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
