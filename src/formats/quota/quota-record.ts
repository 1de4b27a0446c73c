import type { Decoded } from '../../model/fault.js';
import { asList, asNumber, asString, kvGet, parseDlist, type DlistItem } from '../dlist/dlist.js';

/** Storage, messages, annotation storage, mailboxes. Source: quota_db_names, imap/quota_db.c 3.6.1. */
export const QUOTA_RESOURCES = ['S', 'M', 'AS', 'NF'] as const;
export type QuotaResource = (typeof QUOTA_RESOURCES)[number];

export interface QuotaUsage {
  /** S and AS: bytes. May be negative on a server whose counting went wrong. */
  readonly used: number;
  /** S and AS: KiB. undefined = unlimited. */
  readonly limit?: number;
}

export interface QuotaRecord {
  readonly form: 'dlist' | 'text';
  readonly resources: Readonly<Partial<Record<QuotaResource, QuotaUsage>>>;
  /** 3.0+. */
  readonly modseq?: number;
  /** A `quota -f` was running, or died. */
  readonly scanning: boolean;
  /** How far it had come; the text form does not say. */
  readonly scan?: QuotaScan;
}

export interface QuotaScan {
  /** The mailbox that was counted last. */
  readonly mboxname: string;
  readonly used: Readonly<Partial<Record<QuotaResource, number>>>;
}

/** Value of a quota root, in a database or as the whole file of one. Source: quota_parseval, imap/quota_db.c 3.6.1. */
export function parseQuotaRecord(value: Buffer, file: string): Decoded<QuotaRecord> {
  return value[0] === 0x25 ? parseDlistForm(value, file) : parseTextForm(value, file);
}

function parseDlistForm(value: Buffer, file: string): Decoded<QuotaRecord> {
  const { value: item, faults: dlistFaults } = parseDlist(value, file, 0, 'quota-syntax');
  if (item === undefined) return { faults: dlistFaults };
  const faults = [...dlistFaults];
  const resources: Partial<Record<QuotaResource, QuotaUsage>> = {};
  for (const name of QUOTA_RESOURCES) {
    const pair = kvGet(item, name);
    if (pair === undefined) continue;
    const numbers = asList(pair);
    const used = integer(numbers?.[0]);
    const limit = numbers?.[1] === undefined ? -1 : integer(numbers[1]);
    if (used === undefined || limit === undefined)
      faults.push({ code: 'quota-syntax', file, expected: `numbers in ${name}` });
    else resources[name] = usage(used, limit);
  }
  const modseqItem = kvGet(item, 'MODSEQ');
  const modseq = asNumber(modseqItem);
  if (modseqItem !== undefined && modseq === undefined)
    faults.push({ code: 'quota-syntax', file, expected: 'a number in MODSEQ' });
  const scanItem = kvGet(item, 'SCAN');
  const scan = scanOf(scanItem);
  if (scanItem !== undefined && scan === undefined)
    faults.push({ code: 'quota-syntax', file, expected: 'a mailbox and numbers in SCAN' });
  return {
    value: {
      form: 'dlist',
      resources,
      ...(modseq === undefined ? {} : { modseq }),
      scanning: scanItem !== undefined,
      ...(scan === undefined ? {} : { scan }),
    },
    faults,
  };
}

function scanOf(item: DlistItem | undefined): QuotaScan | undefined {
  const mboxname = asString(kvGet(item, 'MBOX'));
  if (mboxname === undefined) return undefined;
  const used: Partial<Record<QuotaResource, number>> = {};
  for (const name of QUOTA_RESOURCES) {
    const found = kvGet(item, name);
    const number = integer(found);
    if (found !== undefined && number === undefined) return undefined;
    if (number !== undefined) used[name] = number;
  }
  return { mboxname, used };
}

/** `used limit [skipped] [NAME used limit [skipped]]...`; the file of an old record has a LF for its first space. */
function parseTextForm(value: Buffer, file: string): Decoded<QuotaRecord> {
  const text = value.toString('latin1');
  const words = text.split(/[ \t\r\n]+/).filter((word) => word !== '');
  const resources: Partial<Record<QuotaResource, QuotaUsage>> = {};
  let name: QuotaResource | undefined = 'S';
  let scanning = false;
  for (let i = 0; ;) {
    const used = number(words[i]);
    const limit = number(words[i + 1]);
    if (name === undefined || used === undefined || limit === undefined) {
      const actual = JSON.stringify(text.slice(0, 80));
      return { faults: [{ code: 'quota-syntax', file, expected: 'USED LIMIT [NAME USED LIMIT]...', actual }] };
    }
    resources[name] = usage(used, limit);
    i += 2;
    if (number(words[i]) !== undefined) {
      scanning = true;
      i += 1;
    }
    if (i >= words.length) return { value: { form: 'text', resources, scanning }, faults: [] };
    const next = words[i]!.toUpperCase();
    name = QUOTA_RESOURCES.find((resource) => resource === next);
    i += 1;
  }
}

function usage(used: number, limit: number): QuotaUsage {
  return limit < 0 ? { used } : { used, limit };
}

function integer(item: DlistItem | undefined): number | undefined {
  return number(asString(item));
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,20}$/.test(text) ? Number(text) : undefined;
}
