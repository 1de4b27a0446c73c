import type { ByteSource } from '../../bytes/byte-source.js';
import { readLines } from '../../bytes/lines.js';
import { decodeName } from '../../bytes/text.js';
import type { FormatFault } from '../../model/fault.js';
import { SYNC_LOG_TYPES } from './line-types.js';

export interface SyncLogLine {
  /** Upper case: `MAILBOX`, `USER`, ...; also what this release does not know. */
  readonly type: string;
  /** One or two. */
  readonly args: readonly string[];
  /** From 1. */
  readonly line: number;
  readonly offset: number;
}

const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Lines that a fault is reported for; after that a file is not a sync log and its faults say nothing new. */
const MAX_FAULTS = 100;

/** Lines with more are skipped by readers. */
const MAX_ARGUMENTS = 2;

/** Longer than any line: a mailbox name has at most some thousand bytes, and a line has two of them. */
const MAX_LINE_BYTES = 64 * 1024;

/**
 * The lines of a sync log of any size; what is wrong is added to `faults` as it is met. A last line without its LF is
 * what a crash or a full disk leaves behind: it is not returned. Neither is a line that says nothing to readers: a word
 * of its own, more than two arguments, or fewer than its type has. One argument too many is a fault, but readers act on
 * the others. Literals, which readers accept and no release writes, are faults.
 * Source: sync_log_reader_getitem, imap/sync_log.c 3.6.7; sync-log.md section 2.
 */
export function* scanSyncLog(source: ByteSource, file: string, faults: FormatFault[]): Generator<SyncLogLine> {
  let line = 0;
  for (const { offset, bytes, ended, tooLong } of readLines(source, MAX_LINE_BYTES)) {
    line += 1;
    if (!ended) {
      faults.push({ code: 'sync-log-partial-line', file, offset, actual: shown(bytes) });
      return;
    }
    const text = bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
    if (text.length === 0) continue;
    const words = tooLong === undefined ? splitWords(text) : undefined;
    const type = words?.[0]?.toUpperCase() ?? '';
    const args = words?.slice(1) ?? [];
    const known = SYNC_LOG_TYPES[type];
    const wanted = known?.arguments.length ?? Math.max(1, args.length);
    if (args.length !== wanted || args.length > MAX_ARGUMENTS) {
      const expected = known === undefined ? 'TYPE NAME [NAME]' : [type, ...known.arguments].join(' ');
      if (faults.length < MAX_FAULTS)
        faults.push({ code: 'sync-log-line', file, offset, expected, actual: shown(text) });
    }
    if (args.length >= wanted && args.length <= MAX_ARGUMENTS)
      yield { type, args: args.slice(0, wanted), line, offset };
  }
}

/** Bare or quoted words with one space between them; undefined when the line is something else. */
function splitWords(text: Buffer): string[] | undefined {
  const words: string[] = [];
  for (let at = 0; ; at += 1) {
    let word: Buffer;
    if (text[at] === QUOTE) {
      const out: number[] = [];
      for (at += 1; text[at] !== QUOTE; at += 1) {
        if (text[at] === BACKSLASH) at += 1;
        if (at >= text.length) return undefined;
        out.push(text[at]!);
      }
      at += 1;
      word = Buffer.from(out);
    } else {
      const start = at;
      while (at < text.length && text[at] !== SPACE) {
        if (needsQuotes(text[at]!)) return undefined;
        at += 1;
      }
      if (at === start) return undefined;
      word = text.subarray(start, at);
    }
    words.push(decodeName(word));
    if (at === text.length) return words;
    if (text[at] !== SPACE) return undefined;
  }
}

/** Bytes that a bare word of a real log never holds. Source: sync_quote_name, imap/sync_log.c 3.6.1. */
function needsQuotes(byte: number): boolean {
  return byte < 0x20 || '()\\"{}'.includes(String.fromCharCode(byte));
}

function shown(text: Buffer): string {
  return JSON.stringify(text.subarray(0, 80).toString('latin1'));
}
