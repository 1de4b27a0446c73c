/** Options of reinject that need a server to show what they do. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { runCli, type Ran } from '../support/cli.js';
import { writeSplitPair, type SplitPair } from '../support/salvage/split-pair.js';

const MESSAGES = 5;

let work: string;
let pair: Pair;
let sides: SplitPair;
let manifest: string;

beforeAll(async () => {
  if (whyNoCyrus() !== undefined) return;
  work = mkdtempSync(join(tmpdir(), 'cyraudit-reinject-options-'));
  pair = await startPair();
  await as(pair.master, 'cyrus', async (admin) => {
    await admin.create('user.ada');
  });
  const records = Array.from({ length: MESSAGES }, (_, n) => ({ uid: n + 1, message: n + 1 }));
  sides = writeSplitPair([{ mboxname: 'user.ada.Gone', records }], [{ mboxname: 'user.ada', records: [] }]);
  manifest = join(work, 'manifest.json');
  expect(runCli(['salvage', sides.old, sides.newer, '--report', `json=${manifest}`]).status).toBe(1);
}, 120_000);
afterAll(async () => {
  if (whyNoCyrus() !== undefined) return;
  await pair.dispose();
  sides.dispose();
  rmSync(work, { recursive: true });
});

const reinject = (...args: string[]): Ran =>
  runCli(
    [
      ...['reinject', manifest, '--to', `imap://127.0.0.1:${String(pair.master.ports.imap)}`, '--no-tls'],
      ...['--admin', 'cyrus', ...args],
    ],
    { CYRAUDIT_IMAP_PASSWORD: 'x' },
  );
const mailboxesOfAda = (): Promise<string[]> => as(pair.master, 'ada', (ada) => ada.command('LIST "" *'));

describe.skipIf(whyNoCyrus() !== undefined)('reinject', () => {
  test('--dry-run does nothing, --into makes a mailbox, --rate takes its time, --journal is where it is said', async () => {
    const journal = join(work, 'elsewhere.journal');
    const more = ['--into', 'Rescued', '--journal', journal];
    const dry = reinject(...more, '--dry-run');
    expect(dry.stdout).toMatch(/5 messages/);
    expect((await mailboxesOfAda()).join('\n')).not.toContain('Rescued');
    expect(existsSync(journal)).toBe(false);

    const began = performance.now();
    const done = reinject(...more, '--rate', '2');
    const seconds = (performance.now() - began) / 1000;
    expect(done).toMatchObject({ status: 0, stderr: '' });
    expect(seconds).toBeGreaterThan((MESSAGES - 1) / 2);
    expect((await mailboxesOfAda()).join('\n')).toContain('Rescued');
    expect(readFileSync(journal, 'utf8').trim().split('\n').length).toBeGreaterThanOrEqual(MESSAGES);
    expect(existsSync(`${manifest}.journal`)).toBe(false);
    // A run that follows finds them there, and takes no time for them.
    expect(reinject(...more)).toMatchObject({ status: 0, stderr: '' });
  }, 120_000);
});
