import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { aJpeg } from '../support/pictures.ts';
import { BROWSER, describeInBrowser } from './browser.ts';

/** What a visitor does on the page of a dialect. */
interface Visit {
  readonly dialect: string;
  readonly operation: string;
  /** The fields of the Authorize dialog, by selector. */
  readonly credential: Readonly<Record<string, string>>;
  readonly success: string;
}

const VISITS: readonly Visit[] = [
  {
    dialect: 'capillary-v2',
    operation: 'addCustomerImage',
    credential: {
      '#auth-basic-username': 'store.server',
      '#auth-basic-password': '8a16a6b70505eb1f1ff7cdc0cd5559a7',
    },
    success: 'Successfully uploaded file',
  },
  {
    dialect: 'magicline-v1',
    operation: 'updateImage',
    credential: { '#api_key_value': 'demo-v1-key' },
    success: 'imageUrl',
  },
  {
    dialect: 'smartsheet',
    operation: 'updateUserProfileImage',
    credential: { '#auth-bearer-value': 'demo-smartsheet-admin' },
    success: 'profileImage',
  },
  {
    dialect: 'timbu',
    operation: 'uploadUserImage',
    credential: { '#auth-bearer-value': 'demo-timbu-ada' },
    success: 'profile_image',
  },
  {
    dialect: 'native',
    operation: 'putImage',
    credential: { '#auth-bearer-value': 'demo-native-key' },
    success: 'sha256',
  },
];

describeInBrowser('the documentation in a real browser', () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let page: Page;
  let strangers: string[];
  let complaints: string[];

  beforeAll(async () => {
    sandbox = await startSandbox({ docs: true });
    browser = await chromium.launch(BROWSER);
    const context = await browser.newContext({ viewport: { width: 1200, height: 2000 } });
    page = await context.newPage();
    strangers = [];
    complaints = [];
    page.on('request', (request) => {
      const isOwn = request.url().startsWith(`${sandbox.url}/`) || /^(data|blob):/.test(request.url());
      if (!isOwn) strangers.push(request.url());
    });
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
  });
  afterAll(async () => {
    await browser.close();
    await sandbox.stop();
  });

  it.each(['/', '/docs'])('the page %s leads to every dialect', async (path) => {
    await page.goto(sandbox.url + path);
    const links = page.locator('.card h3 a');
    expect(await links.evaluateAll((found) => found.map((link) => link.getAttribute('href')))).toEqual(
      VISITS.map(({ dialect }) => `/docs/${dialect}`),
    );
  });

  it.each(VISITS)('the page of $dialect uploads a picture and shows the response', async (visit) => {
    await page.goto(`${sandbox.url}/docs/${visit.dialect}`);
    await authorise(visit.credential);
    const operation = page.locator(`.opblock[id$="-${visit.operation}"]`);
    await operation.locator('.opblock-summary-control').click();
    await chooseForm(operation);
    await operation.locator('input[type=file]').setInputFiles({
      name: 'portrait.jpg',
      mimeType: 'image/jpeg',
      buffer: await aJpeg({ width: 320, height: 240, motif: 'photograph', grain: 24 }),
    });
    await operation.locator('.execute').click();
    const answer = operation.locator('.live-responses-table');
    await answer.waitFor();
    expect(await answer.locator('.response-col_status').last().innerText()).toMatch(/^20[01]/);
    expect(await answer.locator('.response-col_description').last().innerText()).toContain(visit.success);
  });

  it('the demo signs in by one click, and shows an upload as each API shows it', async () => {
    await page.goto(`${sandbox.url}/docs/magicline-v1`);
    await page.locator('.opblock-deprecated .opblock-summary-control').click();
    await page.getByRole('button', { name: 'reads and writes' }).click();
    await page.locator('input[placeholder=customerId]').fill('1002');
    await page.locator('input[type=file]').setInputFiles('test/fixtures/astronaut.jpg');
    await page.locator('.execute').click();
    await page.locator('#faces li').first().waitFor();
    expect(
      await page
        .locator('#faces img')
        .evaluateAll((found) => found.map((image) => image.getAttribute('alt'))),
    ).toEqual(VISITS.map(({ dialect }) => `The picture as ${dialect} shows it`));
  });

  it.each([1440, 390])(
    'no page is wider than a window of %i pixels, and nothing keeps people out',
    async (width) => {
      await page.setViewportSize({ width, height: 900 });
      for (const [name, path] of [
        ['start', '/'],
        ['docs', '/docs'],
        ['dialect', '/docs/magicline-v1'],
      ] as const) {
        await page.goto(sandbox.url + path);
        if (name === 'dialect') await page.locator('.opblock').first().waitFor();
        await page.screenshot({ path: `reports/console/${name}-${width}.png`, fullPage: true });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        // What Swagger UI draws is not ours to mend.
        const { violations } = await new AxeBuilder({ page }).exclude('#swagger-ui').analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect([name, overflow, serious.map(({ id }) => id)]).toEqual([name, 0, []]);
      }
    },
  );

  it('the pages ask no other host for anything, and break none of their own rules', () => {
    expect(strangers).toEqual([]);
    expect(complaints).toEqual([]);
  });

  async function authorise(credential: Visit['credential']): Promise<void> {
    await page.locator('.btn.authorize').click();
    for (const [field, value] of Object.entries(credential)) await page.locator(field).fill(value);
    const [first = ''] = Object.keys(credential);
    const dialog = page.locator('.auth-container', { has: page.locator(first) });
    await dialog.locator('button[type=submit]').click();
    await page.locator('.close-modal').click();
  }

  async function chooseForm(operation: Locator): Promise<void> {
    const types = operation.locator('.body-param-content-type select');
    await types.waitFor();
    await types.selectOption('multipart/form-data');
  }
});
