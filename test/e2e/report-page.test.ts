/**
 * The page in a real browser: it loads nothing, complains of nothing, and can be read without scripts, on a
 * narrow screen, in the dark and on paper.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import { reportOf } from '../../src/report/model.ts';
import { renderPlanHtml } from '../../src/report/plan/html.ts';
import { planReportOf } from '../../src/report/plan/model.ts';
import { CONTEXT, EXAMPLES } from '../report/examples.ts';
import { PLAN_CONTEXT, PLAN_EXAMPLES } from '../report/plan/examples.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
interface Contrast {
  readonly text: string;
  readonly ratio: number;
}

/** Runs in the page, where there are no types. */
const TEXT_CONTRASTS = readFileSync(new URL('./report-page-contrasts.js', import.meta.url), 'utf8');
const PAGES: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.entries(EXAMPLES).map(([name, results]) => [name, renderHtml(reportOf(results, CONTEXT))]),
  ...Object.entries(PLAN_EXAMPLES).map(([name, results]) => [
    name,
    renderPlanHtml(planReportOf(results, PLAN_CONTEXT)),
  ]),
]);
/** Of windows, in CSS pixels. */
const WIDTHS = [320, 390, 768, 1600];
const isMissing = !existsSync(CHROMIUM);

if (isMissing) {
  const reason = `${CHROMIUM} is missing: install chromium, or set CHROMIUM`;
  test(`the page in a browser (${reason})`, ({ skip }) => {
    if (process.env.CI === 'true') throw new Error(reason);
    skip(reason);
  });
}

describe.skipIf(isMissing)('the page', () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'foreshock-page-'));
    for (const [name, page] of Object.entries(PAGES)) writeFileSync(join(folder, `${name}.html`), page);
    const { chromium } = await import('playwright-core');
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Opened {
    readonly page: Page;
    /** What the browser said, and what it asked for beside the file itself. */
    readonly complaints: readonly string[];
    readonly requests: readonly string[];
  }

  async function open(
    name: string,
    options: { width?: number; colorScheme?: 'light' | 'dark'; javaScriptEnabled?: boolean } = {},
  ): Promise<Opened> {
    const { width = 1000, ...rest } = options;
    const context = await browser.newContext({ viewport: { width, height: 800 }, ...rest });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    return { page, complaints, requests };
  }

  const closing = async <T>({ page }: Opened, work: (page: Page) => Promise<T>): Promise<T> => {
    try {
      return await work(page);
    } finally {
      await page.context().close();
    }
  };

  test.each(Object.keys(PAGES))(
    '%s asks for nothing but itself, and the browser has nothing to say',
    async (name) => {
      const opened = await open(name);
      await closing(opened, async (page) => page.waitForTimeout(100));
      expect(opened.complaints).toEqual([]);
      expect(opened.requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1);
    },
  );

  test.each(Object.keys(PAGES))(
    '%s does not scroll sideways, on a telephone or on a wide screen',
    async (name) => {
      const overflow: Record<number, number> = {};
      await closing(await open(name), async (page) => {
        await page.locator('details').evaluateAll((folds) => {
          for (const fold of folds) fold.setAttribute('open', '');
        });
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          overflow[width] = await page.evaluate<number>(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
        }
      });
      expect(overflow).toEqual(Object.fromEntries(WIDTHS.map((width) => [width, 0])));
    },
  );

  test('is readable without scripts', async () => {
    const opened = await open('agrees', { javaScriptEnabled: false });
    await closing(opened, async (page) => {
      expect(await page.locator('h1').innerText()).toContain('Agrees');
      expect(await page.getByRole('img', { name: 'Share of runs that are up' }).isVisible()).toBe(true);
      expect(await page.getByText('2.58 s').first().isVisible()).toBe(true);
    });
  });

  test.each(['agrees', 'plan-curve'])('says in text what its pictures show: %s', async (name) => {
    const opened = await open(name);
    await closing(opened, async (page) => {
      const unnamed = await page
        .locator('svg[role=img]')
        .evaluateAll(
          (pictures) => pictures.filter((picture) => !picture.querySelector('title')?.textContent).length,
        );
      expect(unnamed).toBe(0);
      const unexplained = await page
        .locator('svg:not([role=img]):not([aria-hidden=true])')
        .evaluateAll(
          (inner) => inner.filter((svg) => svg.closest('[role=img], [aria-hidden=true]') === null).length,
        );
      expect(unexplained).toBe(0);
    });
  });

  test('has its picture as a table, too', async () => {
    const opened = await open('agrees');
    await closing(opened, async (page) => {
      await page.getByText('The picture as a table').click();
      expect(await page.getByRole('table', { name: 'Measured outages' }).getByRole('row').count()).toBe(5);
    });
  });

  test('of a plan is readable without scripts, the answer first', async () => {
    const opened = await open('plan-curve', { javaScriptEnabled: false });
    await closing(opened, async (page) => {
      expect(await page.locator('h1').innerText()).toContain('52 min of downtime a year');
      const curve = page.getByRole('img', { name: 'Downtime of shop a year, by count of zone' });
      expect(await curve.isVisible()).toBe(true);
      const table = page.getByRole('region', { name: 'Downtime a year, by' }).getByRole('table');
      expect(await table.getByRole('row').count()).toBe(13);
    });
  });

  test.each(['agrees', 'plan-curve'])('can be worked by keyboard: every fold opens: %s', async (name) => {
    const opened = await open(name);
    await closing(opened, async (page) => {
      const folds = await page.locator('details').count();
      for (let index = 0; index < folds; index += 1) {
        await page.locator('summary').nth(index).focus();
        await page.keyboard.press('Enter');
      }
      expect(await page.locator('details[open]').count()).toBe(folds);
    });
  });

  test.each([
    ['differs', 'light'],
    ['differs', 'dark'],
    ['plan-split', 'light'],
    ['plan-split', 'dark'],
    ['plan-curve', 'light'],
    ['plan-curve', 'dark'],
  ] as const)('has contrast enough for small text: %s, %s', async (name, colorScheme) => {
    const opened = await open(name, { colorScheme });
    const contrasts = await closing(opened, (page) => page.evaluate<Contrast[]>(TEXT_CONTRASTS));
    expect(contrasts.length).toBeGreaterThan(50);
    // WCAG 2.2, 1.4.3: 4.5 to 1.
    expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
  });

  test.each(['agrees', 'plan-curve'])('prints on A4 within a few pages: %s', async (name) => {
    const opened = await open(name, { colorScheme: 'dark' });
    const pdf = await closing(opened, (page) => page.pdf({ format: 'A4', preferCSSPageSize: true }));
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
    expect(pages).toBeGreaterThanOrEqual(1);
    expect(pages).toBeLessThanOrEqual(4);
  });

  test('opens within a second', async () => {
    const loaded_ms = await closing(await open('agrees'), (page) =>
      page.evaluate<number>("performance.getEntriesByType('navigation')[0].loadEventEnd"),
    );
    expect(loaded_ms).toBeGreaterThan(0);
    expect(loaded_ms).toBeLessThan(1000);
  });
});
