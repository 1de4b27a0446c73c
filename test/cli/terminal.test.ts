import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../src/findings/catalogue.js';
import { displayWidth } from '../../src/report/display-width.js';
import { renderText } from '../../src/report/text/text-format.js';
import { runCli } from '../support/cli.js';
import { driftingReport } from '../support/drifting-report.js';
import { hasTerminal, runOnTerminal } from '../support/terminal.js';

/** Lines that are too wide and could have been broken: a word that is too long by itself stays whole. */
const tooWide = (shown: string, columns: number): string[] =>
  shown
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .filter((line) => displayWidth(line) > columns && line.trim().includes(' '));

describe.skipIf(!hasTerminal).each([40, 80, 200])('a terminal of %d columns', (columns) => {
  test.each([
    ['explain', ['explain']],
    ['explain CODE', ['explain', 'guid-mismatch']],
    ['config check', ['config', 'check']],
  ])('%s fits', (_, args) => {
    const { status, shown } = runOnTerminal(args, { columns });
    expect(status).toBe(0);
    expect(shown.split('\n').length).toBeGreaterThan(10);
    expect(tooWide(shown, columns)).toEqual([]);
    // Running text is no wider than can be read.
    if (columns === 200) expect(tooWide(shown, 120)).toEqual([]);
  });
});

describe.skipIf(!hasTerminal).each([60, 80, 120])('a saved report on a terminal of %d columns', (columns) => {
  test('fits, and for a pipe it is what it was', () => {
    const dir = mkdtempSync(join(tmpdir(), 'cyraudit-terminal-'));
    try {
      const file = join(dir, 'r.json');
      const report = driftingReport(300);
      writeFileSync(file, JSON.stringify(report));
      const { status, shown } = runOnTerminal(['render', file, '--color'], { columns });
      expect(status).toBe(0);
      const lines = shown.split('\n').filter((line) => !line.startsWith('Then audit again: '));
      expect(lines.length).toBeGreaterThan(50);
      expect(tooWide(lines.join('\n'), columns)).toEqual([]);
      expect(runCli(['render', file]).stdout).toBe(renderText(report, { catalogue, color: false, width: 100 }));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

test.skipIf(!hasTerminal)('a terminal that does not know its width is taken for one of 80 columns', () => {
  const { shown } = runOnTerminal(['explain', 'guid-mismatch'], { columns: 0 });
  expect(tooWide(shown, 80)).toEqual([]);
  expect(shown.split('\n').some((line) => line.length > 60)).toBe(true);
});

test('what goes to a file or a pipe does not depend on a window', () => {
  expect(runCli(['explain', 'guid-mismatch'], { COLUMNS: '40' })).toEqual(runCli(['explain', 'guid-mismatch']));
});
