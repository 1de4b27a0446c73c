import { decodeName } from '../../bytes/text.js';
import type { Decoded, FormatFault } from '../../model/fault.js';

export interface SyncLogLine {
  /** Upper case: `MAILBOX`, `USER`, ...; also what this release does not know. */
  readonly type: string;
  readonly args: readonly string[];
  /** From 1. */
  readonly line: number;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Lines that a fault is reported for; after that a file is not a sync log and its faults say nothing new. */
const MAX_FAULTS = 100;

/**
 * Reads a sync log. A last line without its LF is what a crash or a full disk leaves behind: it is not returned.
 * Literals, which readers accept and no release writes, are faults. Source: imap/sync_log.c 3.6.1; sync-log.md 2.
 */
export function parseSyncLog(bytes: Buffer, file: string): Decoded<SyncLogLine[]> {
  const lines: SyncLogLine[] = [];
  const faults: FormatFault[] = [];
  let line = 0;
  for (let at = 0; at < bytes.length;) {
    line += 1;
    const end = bytes.indexOf(LF, at);
    if (end < 0) {
      faults.push({ code: 'sync-log-partial-line', file, offset: at, actual: shown(bytes.subarray(at)) });
      break;
    }
    const text = bytes.subarray(at, end > at && bytes[end - 1] === CR ? end - 1 : end);
    if (text.length > 0) {
      const words = splitWords(text);
      if (words !== undefined && words.length > 0)
        lines.push({ type: words[0]!.toUpperCase(), args: words.slice(1), line });
      else if (faults.length < MAX_FAULTS)
        faults.push({ code: 'sync-log-line', file, offset: at, actual: shown(text) });
    }
    at = end + 1;
  }
  return { value: lines, faults };
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
