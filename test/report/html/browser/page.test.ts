import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../../../src/findings/catalogue.js';
import type { Report } from '../../../../src/generated/report.js';
import { renderHtml } from '../../../../src/report/html/html-format.js';
import { startChromium, whyNoChromium } from '../../../support/chromium.js';
import { driftingReport, exampleFinding } from '../../../support/drifting-report.js';
import { cleanReport } from '../../../support/report.js';
import { lowContrasts } from './low-contrasts.js';

const reason = whyNoChromium();

const render = (report: Report): string => renderHtml(report, { catalogue, color: false, width: 100 });
const evil = `user.<img src=x onerror="document.title='owned'">\u202egnp.\u001b[31m`;
const hostileReport: Report = {
  ...cleanReport,
  verdict: 'halt',
  complete: false,
  sides: cleanReport.sides.map((side) => ({ ...side, config: `${evil}/imapd.conf` })),
  findings: [exampleFinding('mboxlist-distrusted'), exampleFinding('entry-lost')],
  mailboxes: [
    {
      mboxname: evil,
      uniqueid: evil,
      userid: evil,
      class: 'admin',
      findings: ['guid-mismatch', 'record-only-on-replica', 'flags-lost-on-replica'].map((code, n) => ({
        ...exampleFinding(code),
        uid: 4 + n,
      })),
    },
  ],
  users: [
    { userid: evil, class: 'admin', findings: [{ code: 'from-the-future', class: 'admin', facts: { [evil]: evil } }] },
  ],
  unaudited: [{ what: evil, side: 'replica', mboxname: evil, reason: evil }],
};
const none = { clean: 0, safe: 0, admin: 0, halt: 0 };
/** The list of the master is gone: nothing below it was looked at. What is known of the user was accepted. */
const blankReport: Report = {
  ...cleanReport,
  verdict: 'halt',
  sides: cleanReport.sides.map((side) => ({
    ...side,
    ...{ mailboxes: 0, tombstones: 0, deletedMailboxes: 0, records: 0, files: 0, engine: 'unknown' },
  })),
  counts: { ...cleanReport.counts, mailboxes: none, users: none },
  findings: [
    exampleFinding('mboxlist-distrusted'),
    {
      ...exampleFinding('orphan-directory'),
      side: 'replica',
      accepted: { reason: 'left for the lawyers', expires: '2030-01-31' },
    },
  ],
};
const REPORTS = { drift: driftingReport(500), hostile: hostileReport, clean: cleanReport, blank: blankReport };

describe.skipIf(reason !== undefined)(`the page in Chromium${reason === undefined ? '' : ` (${reason})`}`, () => {
  let dir: string;
  let browser: Browser;
  /** What a page said or asked for beyond itself; must be empty after each test. */
  let trouble: string[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'cyraudit-html-'));
    for (const [name, report] of Object.entries(REPORTS)) writeFileSync(join(dir, `${name}.html`), render(report));
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
  });
  afterEach(() => {
    expect(trouble).toEqual([]);
    trouble = [];
  });

  async function open(name: keyof typeof REPORTS, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
    const url = pathToFileURL(join(dir, `${name}.html`)).href;
    page.on('console', (message) => trouble.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (request.url() !== url && request.url() !== 'data:,') trouble.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    return page;
  }
  const cells = (page: Page, column: string): Promise<string[]> =>
    page.locator(`.findings tbody .col-${column}`).allInnerTexts();
  const status = (page: Page): Promise<string> => page.locator('#status').innerText();

  test('the list has a page of rows and says how many there are', async () => {
    const page = await open('drift');
    expect(await page.locator('h1').innerText()).toBe('ADMIN Replication may run except for 25 mailboxes.');
    expect(await status(page)).toBe('500 findings');
    expect(await page.locator('.findings tbody tr').count()).toBe(100);
    expect(await page.locator('.range').first().innerText()).toBe('1 to 100 of 500');
    await page.getByRole('button', { name: 'Last' }).first().click();
    expect(await page.locator('.range').last().innerText()).toBe('401 to 500 of 500');
    await page.close();
  });

  test('filters narrow the list, each by itself and together, and all of them are taken back', async () => {
    const page = await open('drift');
    await page.getByLabel('admin').uncheck();
    expect(new Set(await cells(page, 'class'))).toEqual(new Set(['SAFE']));
    await page.getByLabel('Kind').selectOption({ label: 'quota-usage-wrong (5)' });
    expect(await status(page)).toBe('5 of 500 findings');
    expect(new Set(await cells(page, 'code'))).toEqual(new Set(['quota-usage-wrong']));
    await page.getByLabel('Side', { exact: true }).selectOption('master');
    expect(await status(page)).toBe('0 of 500 findings');
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await status(page)).toBe('500 findings');
    expect(await page.getByLabel('admin').isChecked()).toBe(true);
    await page.getByLabel('Side', { exact: true }).selectOption('replica');
    expect(new Set(await cells(page, 'side'))).toEqual(new Set(['replica']));
    await page.close();
  });

  test('a search shows what holds all of its words', async () => {
    const page = await open('drift');
    await page.getByLabel('Search').fill('entwürfe uid 995');
    expect(await status(page)).toMatch(/^[1-9] of 500 findings$/);
    for (const name of await cells(page, 'where')) expect(name).toMatch(/Entwürfe/);
    await page.getByLabel('Search').fill('<b>nowhere</b>');
    expect(await page.locator('.findings tbody tr').count()).toBe(0);
    expect(await page.locator('.pager').first().isHidden()).toBe(true);
    await page.close();
  });

  test('a heading sorts, and says how', async () => {
    const page = await open('drift');
    const heading = page.locator('th.col-uid');
    await page.getByRole('button', { name: 'UID', exact: true }).click();
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    expect(await page.locator('th[aria-sort]').count()).toBe(1);
    await page.getByRole('button', { name: 'UID', exact: true }).click();
    expect(await heading.getAttribute('aria-sort')).toBe('descending');
    const uids = (await cells(page, 'uid')).map(Number);
    expect(uids).toEqual([...uids].sort((a, b) => b - a));
    expect(Math.max(...uids)).toBeGreaterThan(Math.min(...uids));
    await page.close();
  });

  test('a finding explains itself, with the timeline of its mailbox', async () => {
    const page = await open('drift');
    const button = page.locator('.findings tbody button.explain').first();
    await button.click();
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    const explanation = page.locator('.explanation');
    const text = await explanation.innerText();
    const { why, replication, remedy } = catalogue.get('guid-mismatch')!;
    for (const words of [why, replication, remedy, 'The sides part at UID', 'user.ada00000.Entw&APw-rfe'])
      expect(text).toContain(words);
    expect(await explanation.locator('svg.timeline rect').count()).toBeGreaterThan(10);
    await button.click();
    expect(await explanation.count()).toBe(0);
    await page.close();
  });

  test('what belongs to a mailbox, and what to do, lead to the list', async () => {
    const page = await open('drift');
    await page.locator('.findings tbody button.explain').first().click();
    await page.getByRole('button', { name: 'All findings of this mailbox' }).click();
    expect(new Set(await cells(page, 'where'))).toEqual(new Set(['user.ada00000.Entwürfe']));
    const chip = page.locator('#place');
    expect(await chip.innerText()).toBe('Only user.ada00000.Entwürfe ×');
    await chip.click();
    expect(await status(page)).toBe('500 findings');
    await page.locator('#do-message-file-missing button.show').click();
    expect(new Set(await cells(page, 'code'))).toEqual(new Set(['message-file-missing']));
    await page.close();
  });

  test('everything can be done with the keyboard', async () => {
    const page = await open('drift');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the findings');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => location.hash)).toBe('#findings');
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
    await page.keyboard.type('guid/mismatch');
    expect(await page.getByLabel('Search').inputValue()).toBe('guid/mismatch');
    await page.getByLabel('Search').fill('guid-mismatch');
    // Search, three classes, kind, side, show all; then the scrolling list, six headings, and the rows.
    const order: string[] = [];
    for (let n = 0; n < 15; n++) {
      await page.keyboard.press('Tab');
      order.push(
        await page.evaluate(() => {
          const at = document.activeElement!;
          return at.id || at.className || at.getAttribute('value') || at.tagName;
        }),
      );
    }
    expect(order).toEqual([
      ...['halt', 'admin', 'safe', 'code', 'side', 'reset', 'scroll'],
      ...Array.from({ length: 6 }, () => 'sort'),
      ...['explain', 'explain'],
    ]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await page.locator('.findings tbody tr').nth(1).getAttribute('class')).toBe('explained');
    await page.close();
  });

  test('the focus stays where it was when the last page is reached', async () => {
    const page = await open('drift');
    await page.getByRole('button', { name: 'Next' }).first().focus();
    for (let n = 0; n < 6; n++) await page.keyboard.press('Enter');
    expect(await page.locator('.range').first().innerText()).toBe('401 to 500 of 500');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Next');
    await page.close();
  });

  test('commands are copied as they stand', async () => {
    const page = await open('drift', { permissions: ['clipboard-read', 'clipboard-write'] });
    const block = page.locator('#do-guid-mismatch .command').first();
    await block.getByRole('button').click();
    await expect.poll(() => block.getByRole('button').innerText()).toBe('Copied');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(await block.locator('code').innerText());
    expect(copied).toMatch(/^sync_client -C \/srv\/m\/imapd\.conf -u heidi00007\n/);
    await page.close();
  });

  test('where the clipboard is refused the lines are selected', async () => {
    const page = await open('drift');
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
    });
    const block = page.locator('#do-guid-mismatch .command').first();
    await block.getByRole('button').click();
    await expect.poll(() => block.getByRole('button').innerText()).toBe('Selected: press Ctrl+C');
    expect(await page.evaluate(() => getSelection()?.toString())).toMatch(
      /^sync_client -C \/srv\/m\/imapd\.conf -u heidi00007\n/,
    );
    await page.close();
  });

  test('names from a spool do nothing', async () => {
    const page = await open('hostile');
    for (const button of await page.locator('button.explain').all()) await button.click();
    expect(await page.title()).toBe('halt: Do not start replication.');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('.explanation').count()).toBe(6);
    expect(await page.locator('#unaudited td').last().innerText()).toContain('<img src=x onerror=');
    await page.getByRole('button', { name: 'All findings of this mailbox' }).first().click();
    expect(await page.locator('#place').innerText()).toContain(String.raw`\u202egnp.\x1b[31m`);
    await page.close();
  });

  test('without a script the verdict, what to do and the worst findings are there', async () => {
    const page = await open('drift', { javaScriptEnabled: false });
    expect(await page.locator('h1').innerText()).toContain('Replication may run except for 25 mailboxes.');
    expect(await page.locator('.reasons li').count()).toBe(11);
    expect(await page.locator('#do .command').first().isVisible()).toBe(true);
    expect(await page.locator('.findings tbody tr').count()).toBe(100);
    expect(await page.locator('button:visible, form:visible').count()).toBe(0);
    await page.close();
  });

  test('on paper there are the verdict, the reasons and the list, and nothing to press', async () => {
    const page = await open('drift', { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    for (const part of ['h1', '.reasons', '#do', '.findings']) expect(await page.locator(part).isVisible()).toBe(true);
    expect(await page.locator('.findings tbody tr').count()).toBe(100);
    expect(await page.locator('button.explain:visible, button.copy:visible, form:visible').count()).toBe(0);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    await page.close();
  });

  test('a clean pair has nothing to list', async () => {
    const page = await open('clean');
    expect(await page.locator('#findings').innerText()).toBe('Findings\n\nNone.');
    expect(await page.locator('#do').innerText()).toContain('Nothing has to be done: let replication run.');
    await page.close();
  });

  test('what was accepted is marked in its row, and can be searched for', async () => {
    const page = await open('blank');
    await page.getByLabel('Search').fill('accepted');
    expect(await status(page)).toBe('1 of 2 findings');
    expect(await cells(page, 'class')).toEqual([expect.stringMatching(/^[A-Z]+\s+accepted until 2030-01-31$/)]);
    expect(await cells(page, 'where')).toEqual(['the replica']);
    await page.close();
  });

  test('a narrow window scrolls in one direction only', async () => {
    for (const name of ['drift', 'hostile', 'blank'] as const) {
      const page = await open(name, { viewport: { width: 360, height: 800 } });
      await page.locator('button.explain').nth(1).click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await page.close();
    }
  });

  test('from a server the page asks for nothing but itself', async () => {
    const asked: string[] = [];
    const html = render(REPORTS.hostile);
    const server: Server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const page = await browser.newPage();
      page.on('console', (message) => trouble.push(`console: ${message.text()}`));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/report.html`);
      await page.locator('button.explain').first().click();
      await page.waitForLoadState('networkidle');
      await page.close();
    } finally {
      server.close();
    }
    expect(asked).toEqual(['/report.html']);
  });

  test('what a page would fetch or say is noticed here, and its policy refuses it', async () => {
    const page = await open('clean');
    await page.evaluate(() => {
      new Image().src = 'http://127.0.0.1:9/planted.png';
      document.body.setAttribute('onclick', 'document.title = "owned"');
      document.body.click();
    });
    await expect
      .poll(() => trouble.toSorted().map((line) => line.slice(0, 24)))
      .toEqual(['console: Executing inlin', 'console: Loading the ima', 'request: http://127.0.0.']);
    expect(await page.title()).not.toBe('owned');
    trouble = [];
    await page.close();
  });

  test('a text of too little contrast is noticed here', async () => {
    const page = await open('clean');
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('.about')!.style.color = '#9a9a9a';
    });
    expect(await page.evaluate(lowContrasts, 4.5)).toContainEqual(expect.stringContaining('P.about'));
    await page.close();
  });

  test.each(['light', 'dark'] as const)('all text can be read in %s', async (colorScheme) => {
    for (const name of ['drift', 'hostile', 'clean', 'blank'] as const) {
      const page = await open(name, { colorScheme });
      for (const button of await page.locator('button.explain').all()) {
        await button.click();
        if ((await page.locator('.explanation').count()) > 3) break;
      }
      const poor = await page.evaluate(lowContrasts, 4.5);
      expect(poor).toEqual([]);
      await page.close();
    }
  });
});
