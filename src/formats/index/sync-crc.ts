/**
 * The two sync CRCs of a record, as terms that are XORed over all records that are not expunged.
 * Source: make_sync_crc / crc_basic, crc_annot, crc_virtannot in imap/mailbox.c, 2.4.20 to 3.13; index.md section 9.
 */
import {
  CRC_START,
  crc32,
  crc32Text,
  crcByte,
  crcConstant,
  crcDecimal,
  crcEnd,
  crcText,
  putDecimal,
} from '../../bytes/crc32.js';
import type { IndexRecord } from '../../model/index-file.js';

/** Start value of the annotation CRC from 3.1.8 on; earlier releases start at 0. Source: CRC_INIT_ANNOT, imap/mailbox.h. */
export const ANNOT_CRC_INIT = 12345678;

const SPACE = 32;
const OPEN = 40;
const CLOSE = 41;
const PREFIX = '/vendor/cmu/cyrus-imapd/';
/** Entry names that live in record fields, with the minor version from which they do. */
const VIRTUAL_ENTRIES: ReadonlyMap<string, number> = new Map([
  [`${PREFIX}thrid`, 13],
  [`${PREFIX}savedate`, 15],
  [`${PREFIX}createdmodseq`, 16],
  [`${PREFIX}basethrid`, 20],
  [`${PREFIX}internaldate.nsec`, 20],
]);

/** True when `entry` is kept in the records of this minor version, so that a stored row of that name does not count. */
export function isVirtualAnnotation(entry: string, minor: number): boolean {
  const from = VIRTUAL_ENTRIES.get(entry);
  return from !== undefined && minor >= from;
}

/**
 * The value that a record of version 20 would have for a stored annotation of an older one: whole 64-bit hexadecimal or
 * decimal nanoseconds below a second. Undefined for any other entry and for a value that means nothing.
 */
export function laterField(
  entry: string,
  value: Buffer,
): Pick<IndexRecord, 'internaldateNsec' | 'basecid'> | undefined {
  if (value.length > 16) return undefined;
  const text = value.toString('latin1');
  if (entry === `${PREFIX}internaldate.nsec`) {
    const nsec = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    return nsec === 0 ? undefined : { internaldateNsec: nsec };
  }
  if (entry === `${PREFIX}basethrid`) {
    const basecid = /^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : 0n;
    return basecid === 0n ? undefined : { basecid };
  }
  return undefined;
}

/** What stands between the uid and the value of a virtual annotation: its entry and an empty userid. */
export const VIRTUAL_TEXTS = {
  thrid: ` ${PREFIX}thrid  `,
  savedate: ` ${PREFIX}savedate  `,
  createdmodseq: ` ${PREFIX}createdmodseq  `,
  basethrid: ` ${PREFIX}basethrid  `,
  nsec: ` ${PREFIX}internaldate.nsec  `,
} as const;

const addThrid = crcConstant(VIRTUAL_TEXTS.thrid);
const addSavedate = crcConstant(VIRTUAL_TEXTS.savedate);
const addCreatedmodseq = crcConstant(VIRTUAL_TEXTS.createdmodseq);
const addBasethrid = crcConstant(VIRTUAL_TEXTS.basethrid);
const addNsec = crcConstant(VIRTUAL_TEXTS.nsec);

const HEX = Array.from('0123456789abcdef', (c) => c.charCodeAt(0));

/** The text of a term: five numbers of up to 20 digits, the GUID and what stands between. */
const term = new Uint8Array(160);

/** Term of the basic CRC. `flagsXor` is the XOR of the CRC-32 of each lower-cased flag name. */
export function basicTerm(
  uid: number,
  modseq: number,
  lastUpdated: number,
  flagsXor: number,
  internaldate: number,
  bytes: Uint8Array,
  guidAt: number,
): number {
  let at = putDecimal(term, 0, uid);
  term[at++] = SPACE;
  at = putDecimal(term, at, modseq);
  term[at++] = SPACE;
  at = putDecimal(term, at, lastUpdated);
  term[at++] = SPACE;
  term[at++] = OPEN;
  at = putDecimal(term, at, flagsXor >>> 0);
  term[at++] = CLOSE;
  term[at++] = SPACE;
  at = putDecimal(term, at, internaldate);
  term[at++] = SPACE;
  for (let i = guidAt; i < guidAt + 20; i++) {
    const b = bytes[i]!;
    term[at++] = HEX[b >>> 4]!;
    term[at++] = HEX[b & 15]!;
  }
  return crc32(term, 0, at) | 0;
}

/** Term of the virtual annotation `thrid`: `padded` is the spelling of 3.13 and later. */
export function thridTerm(uid: number, cidHigh: number, cidLow: number, padded: boolean): number {
  return crcEnd(crcHex(addThrid(crcDecimal(CRC_START, uid)), cidHigh, cidLow, padded)) | 0;
}

/** Term of the virtual annotation `basethrid`, which only 3.13 and later have: always padded. */
export function basethridTerm(uid: number, high: number, low: number): number {
  return crcEnd(crcHex(addBasethrid(crcDecimal(CRC_START, uid)), high, low, true)) | 0;
}

/** Adds a 64-bit value in lower-case hex digits to a running state. */
function crcHex(state: number, high: number, low: number, padded: boolean): number {
  let s = state;
  let started = padded;
  for (const word of [high, low]) {
    for (let shift = 28; shift >= 0; shift -= 4) {
      const digit = (word >>> shift) & 15;
      if (digit !== 0) started = true;
      if (started) s = crcByte(s, HEX[digit]!);
    }
  }
  return s;
}

/** Term of the virtual annotation `internaldate.nsec`. Unit: ns, 1 to 999999999. */
export function nsecTerm(uid: number, nsec: number): number {
  return crcEnd(crcDecimal(addNsec(crcDecimal(CRC_START, uid)), nsec)) | 0;
}

export function savedateTerm(uid: number, savedate: number): number {
  return crcEnd(crcDecimal(addSavedate(crcDecimal(CRC_START, uid)), savedate)) | 0;
}

export function createdmodseqTerm(uid: number, createdmodseq: number): number {
  return crcEnd(crcDecimal(addCreatedmodseq(crcDecimal(CRC_START, uid)), createdmodseq)) | 0;
}

/** Term of a stored message annotation; `userid` is empty for shared values and the real owner for the owner token. */
export function annotationTerm(uid: number, entry: string, userid: string, value: Uint8Array): number {
  let s = crcText(crcDecimal(CRC_START, uid), ` ${entry} ${userid} `);
  for (const byte of value) s = crcByte(s, byte);
  return crcEnd(s) | 0;
}

/** CRC-32 of a lower-cased flag name, the unit of `flagsXor`. */
export function flagNameCrc(name: string): number {
  return crc32Text(name.toLowerCase()) | 0;
}
