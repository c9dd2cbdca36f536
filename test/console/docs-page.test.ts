import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { aJpeg } from '../support/pictures.ts';

const CHROMIUM = process.env.POLYFACE_CHROMIUM ?? '/usr/bin/chromium';
const present = existsSync(CHROMIUM);

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

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

if (!present) {
  console.warn(`There is no Chromium at ${CHROMIUM}: the documentation pages are not tried in a browser.`);
}

it('has a browser wherever changes are judged', () => {
  expect(present || !process.env.CI).toBe(true);
});

// Without a browser there is nothing that could be promised; the line above says so, and fails where it matters.
if (present) {
  describe('the documentation in a real browser', () => {
    let sandbox: Sandbox;
    let browser: Browser;
    let page: Page;
    let strangers: string[];
    let complaints: string[];

    beforeAll(async () => {
      sandbox = await startSandbox({ docs: true });
      browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
      page = await browser.newPage({ viewport: { width: 1200, height: 2000 } });
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

    it('lists every dialect', async () => {
      await page.goto(`${sandbox.url}/docs`);
      expect(await page.locator('tbody a[href^="/docs/"]').allTextContents()).toEqual(
        VISITS.map(({ dialect }) => dialect),
      );
    });

    it.each(VISITS)('takes a picture for $dialect and shows its answer', async (visit) => {
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

    it('asks no other host for anything, and breaks none of its own rules', () => {
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
}
