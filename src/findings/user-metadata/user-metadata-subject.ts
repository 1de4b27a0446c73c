import type { SieveDifference } from '../../compare/sieve-scripts.js';
import type { QuotaDifference, QuotaLimits, SeenDifference } from '../../compare/user-metadata.js';
import type { PairRole, SideRole } from '../../model/effects.js';
import { defineFor } from '../define.js';

/** One difference in what a user has beyond his mailboxes, or one thing that is wrong with it on one side. */
export type UserMetadataSubject =
  | QuotaDifference
  | SieveDifference
  | {
      /** The link to the script that is run at delivery, which no replication carries. */
      readonly kind: 'sieve-link';
      /** The side on which replication removes it. undefined = the sides run different scripts, whatever it does. */
      readonly lostOn?: PairRole;
      /** The scripts that the links name; undefined = there is no link. */
      readonly master?: string;
      readonly replica?: string;
    }
  | {
      readonly kind: 'quota-usage';
      readonly side: SideRole;
      readonly root: string;
      /** Bytes, as the quota record has it and as the user's mailboxes add up. */
      readonly stored: number;
      readonly summed: number;
    }
  | {
      readonly kind: 'subscription';
      readonly only: PairRole;
      readonly mboxname: string;
      /** Every channel has a pending line for this subscription: it was changed on the master since. */
      readonly logged: boolean;
    }
  | {
      readonly kind: 'seen';
      readonly mboxname: string;
      readonly difference: SeenDifference;
      /** Messages that would be unseen again for the user on the replica. */
      readonly messages: number;
    }
  | {
      /** A row of the replica for a mailbox that both sides have and of which the master has no row. */
      readonly kind: 'seen-only-on-replica';
      readonly mboxname: string;
      readonly uniqueid: string;
      /** Live messages of the replica that the row has as seen. */
      readonly messages: number;
      /** Seconds since the epoch. */
      readonly changed: number;
    };

export const defineUserMetadataFinding = defineFor<UserMetadataSubject>('user');

/** A limit as it is shown. */
export function limitText(limits: QuotaLimits | undefined, resource: keyof QuotaLimits['limits']): string {
  return String(limits?.limits[resource] ?? 'unlimited');
}

/** The limits of a root as they are shown: `S 10000 M 50`. */
export function limitsText(quota: QuotaLimits | undefined): string {
  const words = Object.entries(quota?.limits ?? {}).map(([name, limit]) => `${name} ${String(limit)}`);
  return words.length === 0 ? 'unlimited' : words.join(' ');
}

/** A script as it is shown where there may be none. */
export function scriptText(name: string | undefined): string {
  return name === undefined ? 'none' : JSON.stringify(name);
}
