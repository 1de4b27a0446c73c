import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Instance } from '../../../fixtures/make/instance.js';
import type { Random } from '../../support/random.js';

export async function directoriesOf(side: Instance, mboxname: string): Promise<{ readonly meta: string }> {
  return { meta: (await side.mustTool('mbpath', '-M', mboxname)).trim() };
}

/** One bit turned, or one byte replaced. */
export async function changeByte(path: string, random: Random): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length === 0) return `${basename(path)} is empty`;
  const at = random.int(bytes.length);
  const before = bytes[at]!;
  bytes[at] = random.chance(0.7) ? before ^ (1 << random.int(8)) : random.int(256);
  await writeFile(path, bytes);
  return `${basename(dirname(path))}/${basename(path)} byte ${at}: ${before} -> ${bytes[at]}`;
}
