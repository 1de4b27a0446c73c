import { defineLayout, readNsFraction, readNsSeconds, u32, u64, u8, timeNs } from '../../bytes/layout.js';
import type { Decoded, FormatFault } from '../../model/fault.js';

/** One place of a message, or of one of its parts, whose content has this SHA-1. */
export interface GuidRow {
  readonly kind: 'guid';
  /** 40 hex digits. */
  readonly guid: string;
  readonly places: readonly GuidPlace[];
  /** 0 = text or nothing, as 3.0 wrote it. */
  readonly version: number;
  /** What the row says of the message; a row of 3.0 has at most the cid, and one of a part there not even that. */
  readonly cid?: bigint;
  readonly systemFlags?: number;
  readonly internalFlags?: number;
  /** Seconds since the epoch. */
  readonly internaldate?: number;
  /** Version 4 only. Unit: ns. */
  readonly internaldateNsec?: number;
  /** 0 = as the cid. From version 3 on. */
  readonly basecid?: bigint;
}

export interface GuidPlace {
  /** Position in `$FOLDER_IDS` or `$FOLDER_NAMES`. */
  readonly folder: number;
  readonly uid: number;
  /** MIME part, `1.2`; undefined = the whole message. */
  readonly part?: string;
}

/** Releases by the version that they write; 0 has no version byte. Source: CONV_GUIDREC_VERSION of each tag. */
export const GUID_ROW_WRITERS: ReadonlyMap<number, string> = new Map([
  [0, '3.0'],
  [1, '3.2 to 3.4'],
  [2, '3.6 to 3.8'],
  [3, '3.10 to 3.12'],
  [4, '3.13'],
]);

const HEAD = { version: u8(0), cid: u64(1), systemFlags: u32(9), internalFlags: u32(13) };
const V1 = defineLayout(25, { ...HEAD, internaldate: u64(17) });
const V3 = defineLayout(33, { ...HEAD, internaldate: u64(17), basecid: u64(25) });
const V4 = defineLayout(33, { ...HEAD, internaldate: timeNs(17), basecid: u64(25) });

/** By version. Source: _guid_cb and conversations_guid_setitem, imap/conversations.c 3.6.7, 3.12.3, 3.13. */
export const GUID_ROW_LAYOUTS = new Map([
  [1, V1],
  [2, V1],
  [3, V3],
  [4, V4],
]);

const HAS_VERSION = 0x80;
/** `G` and the guid. */
const GUID_END = 41;
const PLACE = /^(\d{1,10}):(\d{1,10})(?:\[([^\]]+)\])?$/;

export function parseGuidRow(key: Buffer, value: Buffer, file: string): Decoded<GuidRow> {
  const text = key.toString('latin1');
  const fault = (code: FormatFault['code'], expected: string, actual: string): Decoded<GuidRow> => ({
    faults: [{ code, file, expected, actual }],
  });
  const guid = text.slice(1, GUID_END);
  const rest = text.slice(GUID_END);
  if (!/^[0-9a-f]{40}$/.test(guid) || (rest !== '' && !rest.startsWith(':')))
    return fault('conversations-key', 'G GUID [: FOLDER : UID [PART]]', JSON.stringify(text.slice(0, 100)));
  // Before 3.0 was released a row held all places in its value.
  const names = rest === '' ? value.toString('latin1').split(',') : [rest.slice(1)];
  const places = names.map(parsePlace);
  if (!places.every((place) => place !== undefined))
    return fault('conversations-key', 'FOLDER : UID [PART]', JSON.stringify(names.join(',').slice(0, 100)));
  const row = { kind: 'guid' as const, guid, places };
  if (rest === '' || value.length === 0) return { value: { ...row, version: 0 }, faults: [] };
  if ((value[0]! & HAS_VERSION) === 0) {
    const cid = value.toString('latin1');
    return /^[0-9a-f]{16}$/.test(cid)
      ? { value: { ...row, version: 0, cid: BigInt(`0x${cid}`) }, faults: [] }
      : fault('conversations-syntax', '16 hex digits', `${text}: ${value.subarray(0, 24).toString('hex')}`);
  }
  const version = value[0]! & ~HAS_VERSION;
  const layout = GUID_ROW_LAYOUTS.get(version);
  if (layout === undefined) return fault('conversations-version', 'version 1 to 4', `${text}: ${String(version)}`);
  if (value.length !== layout.size)
    return fault('conversations-syntax', `${String(layout.size)} bytes`, `${text}: ${String(value.length)} bytes`);
  return { value: { ...row, version, ...decodeValue(value, version) }, faults: [] };
}

function decodeValue(value: Buffer, version: number): Omit<GuidRow, 'kind' | 'guid' | 'places' | 'version'> {
  const { fields, offsetOf } = GUID_ROW_LAYOUTS.get(version)!;
  const at = fields.internaldate.at;
  const basecidAt = offsetOf('basecid');
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const time =
    fields.internaldate.kind === 'timeNs'
      ? { internaldate: readNsSeconds(view, at), internaldateNsec: readNsFraction(view, at) }
      : { internaldate: Number(value.readBigUInt64BE(at)) };
  return {
    cid: value.readBigUInt64BE(fields.cid.at),
    systemFlags: value.readUInt32BE(fields.systemFlags.at),
    internalFlags: value.readUInt32BE(fields.internalFlags.at),
    ...time,
    ...(basecidAt < 0 ? {} : { basecid: value.readBigUInt64BE(basecidAt) }),
  };
}

function parsePlace(text: string): GuidPlace | undefined {
  const match = PLACE.exec(text);
  if (match === null) return undefined;
  const [folder, uid, part] = [Number(match[1]), Number(match[2]), match[3]];
  if (folder > 0xffffffff || uid > 0xffffffff) return undefined;
  return { folder, uid, ...(part === undefined ? {} : { part }) };
}
