import { crc32 } from 'node:zlib';
import { DUMMY_AT, DUMMY_SIZE, TYPE, twoskipHeader } from '../../../src/formats/cyrusdb/twoskip/layout.js';
import { resealTwoskip } from '../../fuzz/reseal.js';
import type { Fault, Place } from './fault.js';
import type { SideFiles } from './side-files.js';
import { damageFields } from './verbs.js';

/** A database of a side, and whom its loss concerns. */
export interface Database {
  readonly target: string;
  readonly pathOf: (files: SideFiles) => string;
  readonly place: Place;
}

/** True when the head of a record with its checksum stands here. */
function isRecord(bytes: Buffer, at: number): boolean {
  const sums = at + 8 + 8 * (bytes[at + 1]! + 1);
  return (
    bytes[at] === TYPE.record &&
    sums + 8 <= bytes.length &&
    bytes.readUInt32BE(sums) === crc32(bytes.subarray(at, sums))
  );
}

/** The last record, which is live: what it replaced lies before it. */
function lastRecord(bytes: Buffer): number {
  const ends = bytes.lastIndexOf(Buffer.from([TYPE.commit, 0, 0, 0, 0, 0, 0, 0]));
  for (let at = ends - 8; at >= DUMMY_AT + DUMMY_SIZE; at -= 8) if (isRecord(bytes, at)) return at;
  throw new Error('a database without rows');
}

interface Part {
  readonly field: string;
  readonly at: number;
  readonly length: number;
}

/** The parts of a record, which has no table: their lengths depend on one another. Source: lib/cyrusdb_twoskip.c. */
function partsOf(bytes: Buffer, at: number): Part[] {
  const level = bytes[at + 1]!;
  const key = bytes.readUInt16BE(at + 2);
  const value = bytes.readUInt32BE(at + 4);
  const sums = at + 8 + 8 * (level + 1);
  return [
    { field: 'record type', at, length: 1 },
    { field: 'record level', at: at + 1, length: 1 },
    { field: 'record keylen', at: at + 2, length: 2 },
    { field: 'record vallen', at: at + 4, length: 4 },
    { field: 'record ptr 0', at: at + 8, length: 8 },
    { field: 'record ptr 1', at: at + 16, length: 8 },
    { field: 'record crc_head', at: sums, length: 4 },
    { field: 'record crc_tail', at: sums + 4, length: 4 },
    { field: 'record key', at: sums + 8, length: key },
    { field: 'record value', at: sums + 8 + key, length: value },
  ];
}

const flipped = (bytes: Buffer, { at, length }: Part): Buffer => {
  const damaged = Buffer.from(bytes);
  damaged[at + length - 1]! ^= 1;
  return damaged;
};

/** Every field of the header and of one record of a twoskip database, and the file as a whole. */
export function twoskipFaults(files: SideFiles, { target, pathOf, place }: Database): Fault[] {
  const bytes = files.read(pathOf(files));
  const of = (field: string, verb: string, seal: Fault['seal'], damaged: Buffer): Fault => ({
    target,
    field,
    verb,
    seal,
    place,
    apply: (side) => side.write(pathOf(side), damaged),
  });
  const size = twoskipHeader.size;
  const header = damageFields(twoskipHeader, bytes.subarray(0, size)).flatMap((damage) => {
    const raw = Buffer.concat([damage.bytes, bytes.subarray(size)]);
    if (damage.field === 'headerCrc' || damage.field === 'magic')
      return [of(damage.field, damage.verb, damage.field === 'magic' ? 'none' : 'raw', raw)];
    const sealed = Buffer.from(raw);
    sealed.writeUInt32BE(crc32(sealed.subarray(0, size - 4)), size - 4);
    const asSealed = of(damage.field, damage.verb, 'sealed', sealed);
    return damage.verb === 'flip' ? [of(damage.field, damage.verb, 'raw', raw), asSealed] : [asSealed];
  });
  const record = partsOf(bytes, lastRecord(bytes)).flatMap((part) => {
    // What a row says is damaged by name elsewhere.
    const raw = flipped(bytes, part);
    if (/crc|key$|value$/.test(part.field)) return [of(part.field, 'flip', 'raw', raw)];
    const sealed = Buffer.from(raw);
    resealTwoskip(sealed);
    return [of(part.field, 'flip', 'raw', raw), of(part.field, 'flip', 'sealed', sealed)];
  });
  const last = bytes.length - 24;
  return [
    ...header,
    ...record,
    of('the last commit', 'zero', 'none', Buffer.concat([bytes.subarray(0, last), Buffer.alloc(24)])),
    of('the file', 'truncate', 'none', bytes.subarray(0, bytes.length - 8)),
    of('the file', 'truncate in the header', 'none', bytes.subarray(0, 40)),
    of('the file', 'empty', 'none', Buffer.alloc(0)),
    of('the file', 'zero', 'none', Buffer.alloc(bytes.length)),
    of('the file', 'append', 'none', Buffer.concat([bytes, Buffer.alloc(64, 0x55)])),
    { ...of('the file', 'remove', 'none', bytes), apply: (side) => side.remove(pathOf(side)) },
  ];
}
