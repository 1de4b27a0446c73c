/** A message that is larger than what we want to take of memory, put back into a real server. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { run } from '../../fixtures/make/process.js';
import { manifestHead, manifestMessage, manifestTail } from '../../src/report/salvage/manifest-json.js';
import { TIME } from '../../bench/measure.js';
import { cliFile } from '../support/cli.js';
import { MANIFEST_MESSAGE } from '../support/salvage/manifest-message.js';

/** Unit: MiB. */
const LARGE = 200;
const whyNot = whyNoCyrus() ?? (existsSync(TIME) ? undefined : `${TIME} is missing`);

let work: string;
let pair: Pair;

beforeAll(async () => {
  if (whyNot !== undefined) return;
  work = mkdtempSync(join(tmpdir(), 'cyraudit-large-'));
  pair = await startPair();
  await as(pair.master, 'cyrus', (admin) => admin.create('user.ada'));
}, 120_000);
afterAll(async () => {
  if (whyNot !== undefined) return;
  await pair.dispose();
  rmSync(work, { recursive: true });
});

/** Writes a message of so many MiB and some bytes. */
function writeLarge(path: string, mebibytes: number): { readonly size: number; readonly guid: string } {
  const hash = createHash('sha1');
  const fd = openSync(path, 'w');
  let size = 0;
  const write = (bytes: Buffer): void => {
    hash.update(bytes);
    size += writeSync(fd, bytes);
  };
  write(Buffer.from('From: <a@example.org>\r\nSubject: large\r\nMessage-ID: <large@example.org>\r\n\r\n'));
  const block = Buffer.from(`${'x'.repeat(62)}\r\n`.repeat((1024 * 1024) / 64));
  for (let n = 0; n < mebibytes; n++) write(block);
  closeSync(fd);
  return { size, guid: hash.digest('hex') };
}

describe.skipIf(whyNot !== undefined)('reinject', () => {
  test(`a message of ${String(LARGE)} MiB takes no memory by its size`, { timeout: 300_000 }, async () => {
    const source = join(work, '1.');
    const large = writeLarge(source, LARGE);
    const manifest = join(work, 'manifest.json');
    const head = {
      schemaVersion: 1 as const,
      kind: 'salvage-manifest' as const,
      tool: { name: 'cyraudit', version: '0' } as const,
      startedAt: '2026-01-01T00:00:00Z',
      sides: [],
      selection: { include: [] },
    };
    const counts = { accounts: 1, mailboxes: 1, records: 1, filesHashed: 1, bytesHashed: large.size };
    const tail = {
      renamed: [],
      unaudited: [],
      counts: { ...counts, recover: 1, recoverBytes: large.size, verdicts: { 'never-seen': 1 } },
      complete: true,
      finishedAt: '2026-01-01T00:00:00Z',
    };
    const message = { ...MANIFEST_MESSAGE, ...large, source };
    writeFileSync(manifest, manifestHead(head) + manifestMessage(message, true) + manifestTail(tail));
    const peak = join(work, 'peak');
    const { exit, stdout, stderr } = await run(
      [
        ...['env', 'CYRAUDIT_CONFIG=', 'CYRAUDIT_IMAP_PASSWORD=x'],
        ...[TIME, '-q', '-o', peak, '-f', '%M', process.execPath, cliFile, 'reinject', manifest],
        ...['--to', `imap://127.0.0.1:${String(pair.master.ports.imap)}`, '--no-tls', '--admin', 'cyrus'],
      ],
      { timeoutMs: 280_000 },
    );
    expect([exit, stderr, stdout]).toEqual([
      0,
      '',
      '1 message put back; 0 messages there before; 1 message fetched back and proven by SHA-1.\n',
    ]);
    expect(Number(readFileSync(peak, 'utf8')) / 1024).toBeLessThan(LARGE);
  });
});
