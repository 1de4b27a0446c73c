import { onTestFinished } from 'vitest';
import { unpackPair, type Collection, type UnpackedPair } from './fixture.js';

/** A pair of its own for the test that asks, gone when it ends. */
export async function unpackForTest(name: string, collection: Collection = 'pairs'): Promise<UnpackedPair> {
  const pair = await unpackPair(name, collection);
  onTestFinished(() => pair.dispose());
  return pair;
}
