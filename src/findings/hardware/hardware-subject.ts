import type { SideRole } from '../../model/effects.js';
import type { EvidenceTally, UnstableRead } from '../../model/hardware.js';
import { defineFor } from '../define.js';

/** What all mailboxes of one side together tell of the machine it lies on. */
export type HardwareSubject =
  | { readonly kind: 'evidence'; readonly side: SideRole; readonly tallies: readonly EvidenceTally[] }
  | { readonly kind: 'unstable'; readonly read: UnstableRead };

export const defineHardwareFinding = defineFor<HardwareSubject>('side');

/** What to do about a machine that cannot be trusted. */
export const TEST_THE_MACHINE =
  'Replicate nothing from or to this machine, and trust no copy made on it, before memory and disk are tested: memtest86+ over night, smartctl -t long and smartctl -a of every disk, dmesg, and ras-mc-ctl --errors or mcelog. Then find the newest backup that is sound.';
