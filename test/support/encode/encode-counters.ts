import { crc32 } from 'node:zlib';

/** What each version added behind the head, in order. Source: mailbox-files.md section 8. */
const TYPES = ['mail', 'caldav', 'carddav', 'notes', 'submission'];
const four = (type: string): string[] => [type, `${type}deleted`, `${type}folders`, `${type}foldersdeleted`];
const ADDED: readonly (readonly string[])[] = [
  ['highest', 'mail', 'caldav', 'carddav'],
  ['notes'],
  ['mailfolders'],
  ['caldavfolders', 'carddavfolders', 'notesfolders'],
  ['quota', 'racl'],
  ['submission', 'submissionfolders'],
  [...TYPES.map((type) => `${type}deleted`), ...TYPES.map((type) => `${type}foldersdeleted`)],
  four('davnotification'),
  four('jmapnotification'),
  four('sieve'),
];

export const countersFields = (version: number): string[] =>
  ADDED.slice(0, version + 1)
    .flat()
    .map((name) => `${name}modseq`);

/** A counters file of any version. Version 0 stores anything as its version. */
export function encodeCounters(content: {
  readonly version: number;
  readonly generation: number;
  readonly uidvalidity: number;
  readonly modseqs: Readonly<Record<string, bigint>>;
  readonly storedVersion?: number;
}): Buffer {
  const names = countersFields(content.version);
  const file = Buffer.alloc(8 + 8 * names.length + 8);
  file.writeUInt32BE(content.generation, 0);
  file.writeUInt32BE(content.storedVersion ?? content.version, 4);
  for (const [i, name] of names.entries()) file.writeBigUInt64BE(content.modseqs[name] ?? 0n, 8 + 8 * i);
  file.writeUInt32BE(content.uidvalidity, file.length - 8);
  file.writeUInt32BE(crc32(file.subarray(0, -4)), file.length - 4);
  return file;
}
