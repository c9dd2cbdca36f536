import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { BROWSER, describeInBrowser } from '../console/browser.ts';
import { aJpeg, aPng } from '../support/pictures.ts';

const MARKUP = `<img src=x onerror="document.title='run'">.jpg`;

describeInBrowser('the page of the inbox', () => {
  let sandbox: Sandbox;
  let browser: Browser;
  beforeAll(async () => {
    sandbox = await startSandbox({ dialects: ['timbu', 'native'] });
    browser = await chromium.launch(BROWSER);
  });
  afterEach(() => sandbox.reset());
  afterAll(async () => {
    await browser.close();
    await sandbox.stop();
  });

  async function upload(bytes: Buffer, name: string, url = sandbox.url): Promise<void> {
    const form = new FormData();
    form.append('file', new File([new Uint8Array(bytes)], name, { type: 'image/jpeg' }));
    const headers = { authorization: 'Bearer demo-timbu-ada' };
    await fetch(`${url}/users/image/upload`, { method: 'PATCH', headers, body: form });
  }

  /** Opens the page, counts requests to other hosts, and closes it. */
  async function visit(
    size: { width: number; height: number; dark?: boolean },
    act: (page: Page) => Promise<void>,
    path = '/_sandbox',
  ): Promise<void> {
    const { dark = false, ...viewport } = size;
    const context = await browser.newContext({ viewport, colorScheme: dark ? 'dark' : 'light' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: sandbox.url });
    const page = await context.newPage();
    const elsewhere: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(sandbox.url)) elsewhere.push(request.url());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A picture that cannot be shown has no thumbnail.
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
    });
    await page.goto(`${sandbox.url}${path}`);
    await page.getByText('live', { exact: true }).waitFor();
    await act(page);
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  }

  async function seriousFaults(page: Page): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  const screenshots = process.env.POLYFACE_SCREENSHOTS;

  it.each([
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
    { width: 1440, height: 900, dark: true },
    { width: 390, height: 844, dark: true },
  ])(
    'the page of the inbox shows each upload as it comes, its picture and why it was refused: %j',
    async (size) => {
      await visit(size, async (page) => {
        await page.getByText('Nothing has arrived yet').waitFor();
        expect(await seriousFaults(page)).toEqual([]);
        await upload(
          await aJpeg({ width: 800, height: 600, motif: 'photograph', gps: true, orientation: 6 }),
          'portrait.jpg',
        );
        const thumbnail = page.locator('.card .frame img');
        // Within a second on a quiet machine; tests assert no times.
        await thumbnail.waitFor();
        await expect(
          thumbnail.evaluate(async (image: HTMLImageElement) => {
            await image.decode();
            return image.naturalWidth;
          }),
        ).resolves.toBeGreaterThan(0);
        await upload(await aPng({ alpha: 'half' }), 'logo.png');
        await upload(Buffer.from('no picture'), 'notes.txt');
        await page.locator('.card').nth(2).waitFor();
        expect(await seriousFaults(page)).toEqual([]);
        if (screenshots)
          await page.screenshot({ path: `${screenshots}/list-${size.width}-${size.dark ?? false}.png` });

        await page.getByRole('button', { name: /notes\.txt/ }).click();
        const details = page.getByRole('region', { name: 'Details' });
        await details.getByText('Refused: the bytes are no picture').waitFor();
        await details.getByText('/paths/~1users~1image~1upload/patch/requestBody').waitFor();
        if (screenshots)
          await page.screenshot({ path: `${screenshots}/refused-${size.width}-${size.dark ?? false}.png` });
        await details.getByRole('button', { name: 'Close' }).click();

        await page.getByRole('button', { name: /portrait\.jpg/ }).click();
        await details.getByText('6, turned by a reader').waitFor();
        await details.getByRole('button', { name: 'Copy as curl' }).click();
        await details.getByText('Copied').waitFor();
        expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('curl -i -X PATCH');
        expect(await seriousFaults(page)).toEqual([]);
        if (screenshots)
          await page.screenshot({ path: `${screenshots}/details-${size.width}-${size.dark ?? false}.png` });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      });
    },
  );

  it('the page of the inbox searches, and clears', async () => {
    await upload(await aJpeg(), 'one.jpg');
    await upload(await aJpeg(), 'two.jpg');
    await visit({ width: 1440, height: 900 }, async (page) => {
      await page.getByText('2 of 2 uploads').waitFor();
      await page.getByRole('searchbox').fill('TWO timbu');
      await page.getByText('1 of 2 uploads').waitFor();
      expect(await page.locator('.card .name').allTextContents()).toEqual(['two.jpg']);
      // The search does not look through names of properties, headers of responses and signed addresses.
      await page.getByRole('searchbox').fill('orientation');
      await page.getByText('0 of 2 uploads').waitFor();
      await page.getByRole('searchbox').fill('sameorigin');
      await page.getByText('0 of 2 uploads').waitFor();
      await page.getByRole('searchbox').fill('200 jpeg demo-timbu');
      await page.getByText('0 of 2 uploads').waitFor();
      await page.getByRole('searchbox').fill('200 jpeg timbu-ada');
      await page.getByText('2 of 2 uploads').waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.getByText('Nothing has arrived yet').waitFor();
      expect(await sandbox.uploads()).toEqual([]);
    });
  });

  it('the page of the inbox shows markup in a file name as text', async () => {
    await upload(await aJpeg(), MARKUP);
    await visit({ width: 1440, height: 900 }, async (page) => {
      await page.locator('.card').click();
      await page.getByRole('heading', { name: MARKUP }).waitFor();
      expect(await page.title()).toBe('Inbox · Polyface sandbox');
      expect(await page.locator('img[src="x"]').count()).toBe(0);
    });
  });

  it('the page of the inbox shows the uploads of one session', async () => {
    const mine = await sandbox.session('mine');
    await upload(await aJpeg(), 'other.jpg');
    await upload(await aJpeg(), 'mine.jpg', mine.url);
    await visit(
      { width: 1440, height: 900 },
      async (page) => {
        await page.getByText('1 of 1 upload').waitFor();
        expect(await page.locator('.card .name').allTextContents()).toEqual(['mine.jpg']);
        await page.locator('.card .frame img').waitFor();
      },
      '/_sandbox?session=mine',
    );
  });
});
