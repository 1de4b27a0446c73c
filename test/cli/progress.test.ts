import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { statusLine } from '../../src/cli/progress.js';
import { cliFile } from '../support/cli.js';
import { unpackPair } from '../support/fixture.js';

test('a status line tells what is done and what is left', () => {
  expect(statusLine({ mailboxesDone: 250, mailboxesTotal: 1000, records: 5000 }, 10)).toBe(
    'cyraudit: 250 of 1000 mailboxes, 500 records/s, 10 s, about 30 s left\n',
  );
  expect(statusLine({ mailboxesDone: 0, mailboxesTotal: 0, records: 0 }, 0)).toBe(
    'cyraudit: 0 of 0 mailboxes, 0 records/s, 0 s\n',
  );
});

test('SIGUSR1 prints it and disturbs nothing', async () => {
  // What differs is looked at again: there is time for a signal.
  const pair = await unpackPair('split-brain', 'made');
  try {
    const again = ['--recheck', '1', '--recheck-delay', '2'];
    const child = spawn(process.execPath, [
      cliFile,
      'compare',
      pair.master,
      pair.replica,
      ...again,
      '--report',
      'json',
    ]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    setTimeout(() => child.kill('SIGUSR1'), 1500);
    const [status] = (await once(child, 'close')) as [number];
    expect(stderr).toMatch(/^cyraudit: \d+ of \d+ mailboxes, \d+ records\/s, \d+ s(, about \d+ s left)?\n$/);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'admin', complete: true });
  } finally {
    await pair.dispose();
  }
});
