import { EFFECTS, type Effect } from '../model/effects.js';

/** What replication would do, to complete "Replication would ...". */
export const EFFECT_WORDS: Readonly<Record<Effect, string>> = {
  'copy-to-replica': 'copy to the replica',
  'update-replica': 'update the replica',
  'expunge-on-replica': 'expunge on the replica',
  'copy-back-to-master': 'copy back to the master',
  'update-master': 'change the master',
  'expunge-on-master': 'expunge on the master',
  renumber: 'give messages new UIDs',
  'rename-on-replica': 'rename on the replica',
  'delete-on-replica': 'delete on the replica',
  'overwrite-on-replica': 'overwrite what the replica holds',
  blocked: 'stop here with an error',
  unseen: 'not notice it',
  none: 'do nothing about it',
};

/** The effects as the end of a sentence, in the order of the vocabulary. */
export function effectWords(effects: ReadonlySet<Effect>): string {
  const words = EFFECTS.filter((effect) => effects.has(effect)).map((effect) => EFFECT_WORDS[effect]);
  return words.join('; ');
}
