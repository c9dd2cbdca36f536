import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { BROWSER, describeInBrowser } from './browser.ts';

const ROOT = join(import.meta.dirname, '../..');

describeInBrowser('the page of the demo in Chromium', () => {
  let browser: Browser;
  let page: Page;
  const strangers: string[] = [];

  beforeAll(async () => {
    await mkdir(join(ROOT, 'reports/console'), { recursive: true });
    await promisify(execFile)(process.execPath, ['scripts/demo.ts'], { cwd: ROOT });
    browser = await chromium.launch(BROWSER);
    page = await (await browser.newContext()).newPage();
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) strangers.push(request.url());
    });
  }, 120_000);
  afterAll(() => browser?.close());

  it.each([1440, 390])(
    'the demo page shows every picture, and fits into a window of %i pixels',
    async (width) => {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(pathToFileURL(join(ROOT, 'reports/demo.html')).href);
      const widths = await page
        .locator('img')
        .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
      expect(widths.length).toBeGreaterThanOrEqual(5);
      expect(widths.every((pixels) => pixels > 0)).toBe(true);
      await page.screenshot({ path: join(ROOT, `reports/console/demo-${width}.png`), fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect([overflow, serious.map(({ id }) => id)]).toEqual([0, []]);
      expect(strangers).toEqual([]);
    },
  );
});
