import { crc32 } from '../../bytes/crc32.js';
import { readNumber, type Layout } from '../../bytes/layout.js';
import type { FaultCode, FormatFault } from '../../model/fault.js';
import type { IndexHeader } from '../../model/index-file.js';
import { INDEX_VERSIONS, RECORD_SIZE_EXCEPTIONS } from './versions/all.js';
import type { IndexVersion } from './versions/index-version.js';

/** Offset of minor_version in every version. Source: imap/mailbox.h, all releases. */
const MINOR_VERSION_AT = 8;
/** Cyrus itself refuses it. Source: mailbox_open_index, imap/mailbox.c 3.6.7. */
const NEVER_RELEASED = 11;
/** Bytes that suffice to read any header. */
export const MAX_HEADER_SIZE = 192;
/**
 * Option bits that a writer can leave; releases up to 2.3 had one more. Source: MAILBOX_OPTIONS_MASK and internal bits,
 * imap/mailbox.h 2.3.19, 3.6.7.
 */
const LEGAL_OPTIONS = 0xe000001d;
const LEGAL_OPTIONS_BEFORE_12 = 0xe000001f;
const OPTION_POP3_NEW_UIDL = 1;

export interface ReadIndexHeader {
  readonly minor?: number;
  /** Missing when the header cannot be used at all; then `faults` says why. */
  readonly header?: IndexHeader;
  readonly version?: IndexVersion;
  readonly faults: readonly FormatFault[];
}

/**
 * Decodes the header of cyrus.index.
 * @param head the first bytes of the file: MAX_HEADER_SIZE of them, or all when the file is shorter
 * @param fileSize length of the whole file in bytes
 * Source of the checks: mailbox_open_index and mailbox_read_index_header, imap/mailbox.c 3.6.7.
 */
export function readIndexHeader(head: Buffer, fileSize: number, file: string): ReadIndexHeader {
  const faults: FormatFault[] = [];
  const fault = (code: FaultCode, offset: number, expected: string, actual: string): void => {
    faults.push({ code, file, offset, expected, actual });
  };
  if (fileSize === 0) return { faults: [{ code: 'file-empty', file, expected: 'a cyrus.index', actual: '0 bytes' }] };
  if (head.length < MINOR_VERSION_AT + 4) {
    fault('index-too-short', 0, 'at least 12 bytes', `${String(head.length)} bytes`);
    return { faults };
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const minor = view.getUint32(MINOR_VERSION_AT);
  let version = INDEX_VERSIONS.get(minor);
  if (version === undefined) {
    const actual = minor === NEVER_RELEASED ? `${String(minor)} (never released)` : String(minor);
    fault('index-version-unknown', MINOR_VERSION_AT, 'version 6 to 10 or 12 to 20', actual);
    return { minor, faults };
  }
  const layout = version.header;
  if (fileSize < layout.size || head.length < layout.size) {
    fault('index-too-short', 0, `a header of ${String(layout.size)} bytes`, `${String(fileSize)} bytes`);
    return { minor, faults };
  }
  const crcAt = layout.offsetOf('headerCrc');
  if (crcAt >= 0) {
    const storedCrc = view.getUint32(crcAt);
    const computedCrc = crc32(head, 0, crcAt);
    if (storedCrc !== computedCrc) {
      fault('index-header-crc', crcAt, hex32(computedCrc), hex32(storedCrc));
      return { minor, faults };
    }
  }
  const header = toHeader(view, version);
  if (header.startOffset !== layout.size) {
    fault('index-start-offset', layout.offsetOf('startOffset'), String(layout.size), String(header.startOffset));
    return { minor, faults };
  }
  if (header.recordSize !== version.record.size) {
    const exception = RECORD_SIZE_EXCEPTIONS.find(
      (other) => other.minor === minor && other.record.size === header.recordSize,
    );
    if (exception !== undefined) version = exception;
  }
  if (header.recordSize !== version.record.size) {
    fault('index-record-size', layout.offsetOf('recordSize'), String(version.record.size), String(header.recordSize));
    return { minor, faults };
  }
  const end = header.startOffset + header.numRecords * header.recordSize;
  if (fileSize < end) {
    fault(
      'index-truncated',
      fileSize,
      `${String(header.numRecords)} records, ${String(end)} bytes`,
      `${String(fileSize)} bytes`,
    );
    return { minor, faults };
  }
  if (fileSize > end) {
    fault('index-trailing-records', end, `${String(end)} bytes`, `${String(fileSize)} bytes`);
  }
  if (header.uidvalidity === 0) fault('index-uidvalidity-zero', layout.offsetOf('uidvalidity'), 'a uidvalidity', '0');
  const undefinedOptions = (header.options & ~(minor < 12 ? LEGAL_OPTIONS_BEFORE_12 : LEGAL_OPTIONS)) >>> 0;
  if (undefinedOptions !== 0) {
    fault('index-undefined-option', layout.offsetOf('options'), 'defined option bits', hex32(undefinedOptions));
  }
  checkBounds(header, layout, fault);
  return { minor, header, version, faults };
}

/**
 * createdmodseq has no bound: a replica of 3.8 gets that of its 3.0 master with the mailbox and counts on from 1.
 * Source: index.md section 8.
 */
function checkBounds(
  { recentuid, lastUid, highestmodseq, deletedmodseq }: IndexHeader,
  layout: Layout,
  fault: (code: FaultCode, offset: number, expected: string, actual: string) => void,
): void {
  const limit = (code: FaultCode, name: string, value: number, most: number): void => {
    if (value > most) fault(code, layout.offsetOf(name), `${name} of at most ${String(most)}`, String(value));
  };
  limit('index-recentuid', 'recentuid', recentuid, lastUid);
  limit('index-deletedmodseq', 'deletedmodseq', deletedmodseq, highestmodseq);
}

function toHeader(view: DataView, version: IndexVersion): IndexHeader {
  const layout: Layout = version.header;
  const get = (name: string, absent = 0): number => {
    const field = layout.fields[name];
    return field === undefined ? absent : readNumber(view, 0, field);
  };
  const numRecords = get('numRecords');
  const exists = get('exists', numRecords);
  const highestmodseq = Math.max(1, get('highestmodseq'));
  const lastRepackTime = get('lastRepackTime');
  return {
    minorVersion: version.minor,
    startOffset: get('startOffset'),
    recordSize: get('recordSize'),
    numRecords,
    generationNo: get('generationNo'),
    lastAppenddate: get('lastAppenddate'),
    lastUid: get('lastUid'),
    quotaMailboxUsed: get('quotaMailboxUsed'),
    pop3LastLogin: get('pop3LastLogin'),
    uidvalidity: get('uidvalidity'),
    deleted: get('deleted'),
    answered: get('answered'),
    flagged: get('flagged'),
    // Cyrus takes the bit as set in an empty mailbox. Source: mailbox_buf_to_index_header, imap/mailbox.c 3.6.7.
    options: exists === 0 ? (get('options') | OPTION_POP3_NEW_UIDL) >>> 0 : get('options'),
    highestmodseq,
    deletedmodseq: get('deletedmodseq', highestmodseq),
    exists,
    firstExpunged: get('firstExpunged'),
    lastRepackTime,
    headerFileCrc: get('headerFileCrc'),
    syncCrcBasic: get('syncCrcBasic'),
    syncCrcAnnot: get('syncCrcAnnot'),
    recentuid: get('recentuid'),
    recenttime: get('recenttime'),
    pop3ShowAfter: get('pop3ShowAfter'),
    quotaAnnotUsed: get('quotaAnnotUsed'),
    quotaDeletedUsed: get('quotaDeletedUsed'),
    quotaExpungedUsed: get('quotaExpungedUsed'),
    unseen: get('unseen'),
    createdmodseq: get('createdmodseq'),
    changesEpoch: get('changesEpoch', lastRepackTime),
  };
}

/** `0x` and eight hex digits. */
export function hex32(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
