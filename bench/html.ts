/**
 * `npm run bench:html`: how long a browser needs to show an HTML report of 5, 500 and 50,000 findings, and to search it.
 * The time to load ends with the event `load`, when the list has been drawn. CPU time is that of the page's main thread.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { catalogue } from '../src/findings/catalogue.js';
import { renderHtml } from '../src/report/html/html-format.js';
import { startChromium } from '../test/support/chromium.js';
import { driftingReport } from '../test/support/drifting-report.js';
import { median } from './measure.js';
import { writeResult, type Row } from './report.js';

const SIZES = [5, 500, 50_000];

interface Loaded {
  readonly firstPaintMs: number;
  readonly loadMs: number;
  readonly cpuMs: number;
  readonly searchMs: number;
}

async function load(browser: Browser, url: string): Promise<Loaded> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  try {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(url);
    // A small page has loaded before it is painted.
    const [loadMs, firstPaintMs] = await page.evaluate<[number, number]>(`new Promise((resolve) => {
      const tell = () => {
        const [paint] = performance.getEntriesByType('paint');
        if (paint === undefined) requestAnimationFrame(tell);
        else resolve([performance.getEntriesByType('navigation')[0].loadEventEnd, paint.startTime]);
      };
      tell();
    })`);
    const { metrics } = await devtools.send('Performance.getMetrics');
    const cpu = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
    // A word that many findings hold, typed as a person would paste it.
    const searchMs = await page.evaluate<number>(`(() => {
      const search = document.getElementById('search');
      const start = performance.now();
      search.value = 'archive uid 4';
      search.dispatchEvent(new Event('input', { bubbles: true }));
      document.body.offsetHeight;
      return performance.now() - start;
    })()`);
    return { firstPaintMs, loadMs, cpuMs: cpu * 1000, searchMs };
  } finally {
    await page.close();
  }
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
const dir = mkdtempSync(join(tmpdir(), 'cyraudit-html-'));
const browser = await startChromium();
try {
  const rows: Row[] = [];
  const raw: Record<string, Loaded[]> = {};
  for (const findings of SIZES) {
    const report = driftingReport(findings);
    const file = join(dir, `${findings}.html`);
    const start = performance.now();
    writeFileSync(file, renderHtml(report, { catalogue, color: false, width: 100 }));
    const renderMs = performance.now() - start;
    const runs: Loaded[] = [];
    for (let round = 0; round < rounds; round++) runs.push(await load(browser, pathToFileURL(file).href));
    raw[findings] = runs;
    const of = (name: keyof Loaded): number[] => runs.map((run) => run[name]);
    rows.push({
      findings,
      'size MB': (statSync(file).size / 1e6).toFixed(2),
      'written in ms': Math.round(renderMs),
      'first paint ms': Math.round(median(of('firstPaintMs'))),
      'loaded ms': Math.round(median(of('loadMs'))),
      'loaded, best ms': Math.round(Math.min(...of('loadMs'))),
      'CPU ms': Math.round(median(of('cpuMs'))),
      'search ms': Math.round(median(of('searchMs'))),
    });
  }
  const load1 = loadavg()[0]!.toFixed(1);
  writeResult('html', 'The HTML report in headless Chromium', { rounds, 'load average': load1 }, rows, raw);
} finally {
  await browser.close();
  rmSync(dir, { recursive: true, force: true });
}
