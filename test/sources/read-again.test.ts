import { closeSync, constants, mkdtempSync, openSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAgain, type FileRange } from '../../src/sources/read-again.js';

let dir: string;
const at = (name: string): string => join(dir, name);
const bytes = Buffer.from(Uint8Array.from({ length: 200_001 }, (_, i) => (i * 7919) >>> 5));
/** As if the audit had begun long after the files were written. */
const LATER = Date.now() + 3_600_000;

const hex = (chunks: Iterable<Buffer>): string =>
  Buffer.concat([...chunks].map((chunk) => Buffer.from(chunk))).toString('hex');
/** A piece is gone when the next one comes. */
function collectHex(chunks: Iterable<Buffer>): string {
  let text = '';
  for (const chunk of chunks) text += chunk.toString('hex');
  return text;
}

const EXT4 = 0xef53;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-again-'));
  writeFileSync(at('file'), bytes);
  writeFileSync(at('empty'), '');
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** What this file system says to O_DIRECT. */
function allowsDirect(): boolean {
  try {
    closeSync(openSync(at('file'), constants.O_RDONLY | constants.O_DIRECT));
    return true;
  } catch {
    return false;
  }
}

describe.each([
  ['a record that lies anywhere', 12_345, 112],
  ['the first bytes', 0, 160],
  ['whole pages', 8192, 8192],
  ['more than one piece', 5, 150_000],
  ['beyond the end', 199_990, 100],
  ['nothing', 300_000, 10],
  ['all of it', 0, undefined],
])('%s', (_, start, length) => {
  test('is the same as always and around the page cache', () => {
    const range: FileRange = { path: at('file'), start, ...(length === undefined ? {} : { length }) };
    const expected = bytes.subarray(start, length === undefined ? undefined : start + length).toString('hex');
    const reads = readAgain(range, LATER, collectHex);
    expect(reads.map(({ aroundCache }) => aroundCache)).toEqual(allowsDirect() ? [false, true] : [false]);
    for (const { text } of reads) expect(text).toBe(expected);
  });
});

test('ext4 is read around the page cache', () => {
  if (statfsSync(dir).type === EXT4) expect(allowsDirect()).toBe(true);
  expect(readAgain({ path: at('empty'), start: 0 }, LATER, hex)[0]).toEqual({ aroundCache: false, text: '' });
});

describe('proves nothing', () => {
  test('of a file that changed within the last minute', () => {
    expect(readAgain({ path: at('file'), start: 0 }, Date.now(), hex)).toEqual([]);
  });

  test('of one that is replaced meanwhile', () => {
    writeFileSync(at('replaced'), 'before');
    const reads = readAgain({ path: at('replaced'), start: 0 }, LATER, (chunks) => {
      writeFileSync(at('new'), 'behind');
      renameSync(at('new'), at('replaced'));
      return hex(chunks);
    });
    expect(reads).toEqual([]);
  });

  test('of one that is written to meanwhile', () => {
    writeFileSync(at('written'), 'before');
    const reads = readAgain({ path: at('written'), start: 0 }, LATER, (chunks) => {
      writeFileSync(at('written'), 'and longer');
      return hex(chunks);
    });
    expect(reads).toEqual([]);
  });

  test('of one that is gone or not a file', () => {
    expect(readAgain({ path: at('gone'), start: 0 }, LATER, hex)).toEqual([]);
    expect(readAgain({ path: dir, start: 0 }, LATER, hex)).toEqual([]);
  });
});
