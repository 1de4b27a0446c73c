import { join } from 'node:path';
import { CACHE_ITEMS } from '../../../src/formats/cache/layout.js';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import { reseal } from '../build-index.js';
import { crc32 } from 'node:zlib';
import type { Fault } from './fault.js';
import { INBOX, SPOOL_UID, mailboxPaths } from './rich-side.js';
import type { SideFiles } from './side-files.js';

const v17 = INDEX_VERSIONS.get(17)!;

/** Of the one record in the cache of the INBOX's spool; the other messages are archived and have their own. */
const cachePath = (files: SideFiles): string => join(mailboxPaths(files, INBOX).spool, 'cyrus.cache');
const indexPath = (files: SideFiles): string => join(mailboxPaths(files, INBOX).spool, 'cyrus.index');

/** Offsets of the length words. */
function itemOffsets(cache: Buffer): number[] {
  let at = 4;
  return CACHE_ITEMS.map(() => {
    const here = at;
    at += 4 + Math.ceil(cache.readUInt32BE(at) / 4) * 4;
    return here;
  });
}

/** Puts the checksum of the changed cache record into the index: the record is the last one. */
function resealCache(files: SideFiles, cache: Buffer): void {
  const index = files.read(indexPath(files));
  const record = index.subarray(index.length - v17.record.size);
  record.writeUInt32BE(crc32(cache.subarray(4)), v17.record.offsetOf('cacheCrc'));
  reseal(record);
  files.write(indexPath(files), index);
}

export function cacheFaults(files: SideFiles): Fault[] {
  const offsets = itemOffsets(files.read(cachePath(files)));
  const of = (
    field: string,
    verb: string,
    seal: Fault['seal'],
    change: (bytes: Buffer) => Buffer,
    uid?: number,
  ): Fault => ({
    target: 'cyrus.cache',
    field,
    verb,
    seal,
    place: { mboxname: INBOX, ...(uid === undefined ? {} : { uid }) },
    apply: (side) => {
      const cache = change(Buffer.from(side.read(cachePath(side))));
      side.write(cachePath(side), cache);
      if (seal === 'sealed') resealCache(side, cache);
    },
  });
  const word = (at: number, change: (value: number) => number) => (bytes: Buffer) => {
    bytes.writeUInt32BE(change(bytes.readUInt32BE(at)) >>> 0, at);
    return bytes;
  };
  const words: readonly [string, (value: number) => number][] = [
    ['flip', (value) => value ^ 1],
    ['zero', () => 0],
    ['max', () => 0xffffffff],
  ];
  return [
    ...words.map(([verb, change]) => of('generation', verb, 'none', word(0, change))),
    ...CACHE_ITEMS.flatMap((item, i) =>
      (['raw', 'sealed'] as const).flatMap((seal) => [
        ...words.map(([verb, change]) => of(`${item} length`, verb, seal, word(offsets[i]!, change), SPOOL_UID)),
        of(
          `${item} bytes`,
          'flip',
          seal,
          word(offsets[i]! + 4, (value) => value ^ 1),
          SPOOL_UID,
        ),
      ]),
    ),
    of('the file', 'truncate in the record', 'none', (bytes) => bytes.subarray(0, bytes.length - 30), SPOOL_UID),
    of('the file', 'truncate in the generation', 'none', (bytes) => bytes.subarray(0, 2)),
    of('the file', 'empty', 'none', () => Buffer.alloc(0)),
    of('the file', 'append', 'none', (bytes) => Buffer.concat([bytes, Buffer.alloc(64, 0x55)])),
    {
      ...of('the file', 'remove', 'none', (bytes) => bytes),
      apply: (side) => side.remove(cachePath(side)),
    },
  ];
}
