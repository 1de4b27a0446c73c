import { createHash } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ManifestMessage } from '../generated/manifest.js';
import { openReadOnly, readFully } from '../sources/read-only-file.js';
import { Refusal } from './refusal.js';

/** What is in memory at once; no server takes a larger one. Unit: bytes. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** Reads a message that a manifest names. @throws Refusal when it is not what the manifest says */
export function readMessageFile(
  manifest: string,
  { file, source, size, guid }: Pick<ManifestMessage, 'file' | 'source' | 'size' | 'guid'>,
): Buffer {
  const path = file === undefined ? source : join(dirname(manifest), file);
  let bytes: Buffer;
  try {
    const fd = openReadOnly(path);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw new Refusal(`${path}: expected a message, found no regular file`);
      if (stat.size !== size || size > MAX_BYTES)
        throw new Refusal(`${path}: expected ${String(size)} bytes, found ${String(stat.size)}`);
      bytes = Buffer.allocUnsafe(size);
      bytes = bytes.subarray(0, readFully(fd, bytes, 0, size, 0));
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(`${path}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, { cause });
  }
  const found = createHash('sha1').update(bytes).digest('hex');
  if (found !== guid) throw new Refusal(`${path}: expected SHA-1 ${guid}, found ${found}`);
  return bytes;
}
