import { mkdir } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type AdminGateway, startAdminGateway } from '../admin/start-admin.ts';
import { storeWithPeople } from '../admin/store-with-people.ts';
import { aJpeg } from '../support/pictures.ts';
import { BROWSER, describeInBrowser } from './browser.ts';

const REPORTS = 'reports/console';
const PAGES = [
  'now',
  'migration',
  'differences',
  'people',
  'usage',
  'requests',
  'explain',
  'keys',
  'audit',
  'settings',
];
const SIZES = [
  [1440, 900],
  [390, 844],
] as const;
const SCRIPT = '<img src=x onerror="window.ran=true">';

describeInBrowser('the console in Chromium', () => {
  let admin: AdminGateway;
  let browser: Browser;
  let page: Page;
  const foreign: string[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    await mkdir(REPORTS, { recursive: true });
    const { store, registry } = await storeWithPeople();
    for (const [id, alias] of [
      ['lise', '7001'],
      ['lisa', '7002'],
    ] as const) {
      await registry.put('demo', {
        id,
        aliases: { 'magicline-v1': alias },
        identifiers: {},
        profile: { firstName: SCRIPT },
      });
    }
    admin = await startAdminGateway(
      (demo) => ({
        ...demo,
        brownOuts: [
          {
            dialect: 'smartsheet',
            operations: ['getUser'],
            from: '2026-01-01T10:00:00Z',
            until: '2026-01-01T10:10:00Z',
            repeatHours: 24,
            fraction: 0.5,
            problem: 'overloaded',
          },
        ],
        tenants: demo.tenants.map((tenant) => ({
          ...tenant,
          subjects: tenant.subjects.map((subject) =>
            subject.id === 'ada'
              ? { ...subject, profile: { ...subject.profile, firstName: SCRIPT } }
              : subject,
          ),
        })),
      }),
      { store },
    );
    const form = new FormData();
    form.append('image', new Blob([new Uint8Array(await aJpeg({ width: 60, height: 80 }))]), `${SCRIPT}.jpg`);
    await fetch(`${admin.gateway.url}/v1/customers/1002/images`, {
      method: 'PUT',
      headers: { 'x-api-key': 'demo-v1-key', 'user-agent': SCRIPT, 'accept-language': SCRIPT },
      body: form,
    });
    browser = await chromium.launch(BROWSER);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    page.on('request', (request) => {
      if (!request.url().startsWith(admin.adminUrl)) foreign.push(request.url());
    });
    page.on('pageerror', (cause) => errors.push(cause.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/401/.test(message.text())) errors.push(message.text());
    });
    await page.goto(admin.gateway.signInLink?.() ?? '');
    await page.getByRole('heading', { name: 'Now' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await admin.gateway.stop();
  });

  async function open(name: string): Promise<void> {
    await page.goto(`${admin.adminUrl}/console/#${name}`);
    const [title = ''] = name.split('/');
    await page.getByRole('heading', { level: 1, name: new RegExp(title, 'i') }).waitFor();
    await page.getByText('One moment …').first().waitFor({ state: 'detached' });
  }

  it.each(SIZES.flatMap(([width, height]) => PAGES.map((name) => [name, width, height] as const)))(
    'the page %s at %i pixels has no serious fault for assistive tools and does not scroll sideways',
    async (name, width, height) => {
      await page.setViewportSize({ width, height });
      await open(name === 'people' ? 'people/ada' : name);
      if (name === 'people') await page.getByText('565039506').waitFor();
      await page.screenshot({ path: `${REPORTS}/${name}-${width}.png`, fullPage: true });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    },
  );

  it('usage tells of brown-outs, and Now of the workers', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open('usage');
    await page.getByRole('row', { name: /getUser smartsheet .* every 1 day 50 % overloaded/ }).waitFor();
    await open('now');
    await page.getByText('0 of 1').waitFor();
    await page.getByText('0 pictures wait').waitFor();
  });

  it('a new request appears on the page of requests by itself', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open('requests');
    await page.getByText('/v1/customers/{customerId}/images').first().waitFor();
    const response = await fetch(`${admin.gateway.url}/v1/customers/1002`, {
      headers: { 'x-api-key': 'wrong' },
    });
    await response.arrayBuffer();
    await page.getByText('unauthenticated').first().waitFor();
    await page.getByText('GET /v1/customers/{customerId}', { exact: true }).first().click();
    await page.getByText('unauthenticated: reason invalid').waitFor();
  });

  it('a person is linked, merged into another one and erased, each after one more question with the numbers', async () => {
    await open('people/lise');
    await page.getByLabel('Dialect of the new id').selectOption('timbu');
    await page.getByLabel('New id in that dialect').fill('lise-m');
    await page.getByRole('button', { name: 'Link', exact: true }).click();
    await page.getByRole('button', { name: 'Unlink timbu lise-m' }).waitFor();
    await page.getByLabel('Any id of the person to merge into').fill('7002');
    await page.getByRole('button', { name: 'Merge …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Ids that move').waitFor();
    await page.screenshot({ path: `${REPORTS}/people-merge-1440.png` });
    await dialog.getByLabel('Reason, for the audit log').fill('one and the same');
    await dialog.getByRole('button', { name: 'Merge' }).click();
    await page.getByText('lisa').first().waitFor();
    await page.getByRole('button', { name: 'Erase this person …' }).click();
    const erase = dialog.getByRole('button', { name: 'Erase for good' });
    expect(await erase.isDisabled()).toBe(true);
    await dialog.getByLabel(/^Type/).fill('lisa');
    await page.screenshot({ path: `${REPORTS}/people-erase-1440.png` });
    await erase.click();
    await page.getByText('Signed receipt: keep it').waitFor();
    await open('audit');
    for (const action of ['people.link', 'people.merge', 'people.erase'])
      await page.getByText(action).first().waitFor();
    expect(await page.getByText('lisa').count()).toBe(0);
  });

  /** Takes pictures of the page as it is, at both sizes, and holds it against axe. */
  async function look(name: string): Promise<void> {
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: `${REPORTS}/${name}-${width}.png`, fullPage: true });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  it('a key is made with a label and a scope; its secret is shown once, and lets a client in', async () => {
    await open('keys');
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByLabel('Dialect').selectOption('magicline-v1');
    await page.getByLabel('Label').fill(`till ${SCRIPT}`);
    await page.getByLabel('CUSTOMER_WRITE').check();
    await look('keys-new');
    await page.getByRole('button', { name: 'Create the key' }).click();
    const made = page.getByRole('status', { name: 'The new key' });
    await made.waitFor();
    const secret = await made.locator('dd code').last().innerText();
    await look('keys-made');
    const response = await fetch(`${admin.gateway.url}/v1/customers/1002`, {
      headers: { 'x-api-key': secret },
    });
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ id: 1002 })]);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('row', { name: /till .*CUSTOMER_WRITE/ }).waitFor();
    await page.reload();
    await page.getByRole('row', { name: /till .*CUSTOMER_WRITE/ }).waitFor();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No credential was made yet.').waitFor();
  });

  it('a request is explained in four panes, with the rule that refused it', async () => {
    await open('explain');
    const request = page.getByLabel(/^Raw HTTP request/);
    await request.fill('PUT /v1/customers/1002/images\nX-Api-Key: demo-v1-key');
    await page.getByLabel('Picture as the body').setInputFiles({
      name: 'portrait.jpg',
      mimeType: 'image/jpeg',
      buffer: await aJpeg({ width: 60, height: 80 }),
    });
    await page.getByLabel('As the part of a form').fill('image');
    await page.getByRole('button', { name: 'Explain', exact: true }).click();
    await page.getByLabel('Command').getByText('"put-images"').waitFor({ timeout: 60_000 });
    expect(await page.getByLabel('Outcome').innerText()).toContain('"images-put"');
    expect(await page.getByLabel('Wire in').innerText()).toContain('X-Api-Key: •••');
    expect(await page.getByLabel('Wire out').innerText()).toMatch(/^HTTP\/1.1 200/);
    await look('explain-accepted');
    await request.fill('PUT /v1/customers/1002/images\nX-Api-Key: wrong');
    await page.getByRole('button', { name: 'Explain', exact: true }).click();
    await page.getByText('Refused: unauthenticated').waitFor({ timeout: 60_000 });
    await page.getByText('Refused before it became a command.').waitFor();
    await look('explain-refused');
  });

  it('the console is worked with the keyboard alone: past the pages to the content, and out of a question by Escape', async () => {
    await open('settings');
    // Reloads the page, because the focus would continue where an earlier test clicked.
    await page.reload();
    await page.getByText('Effective settings').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main-content');
    await open('people/ada');
    const eraser = page.getByRole('button', { name: 'Erase this person …' });
    await eraser.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('a check of the store is started by one click and its result is shown', async () => {
    await open('settings');
    await page.getByRole('button', { name: 'Check every picture' }).click();
    await page.getByRole('cell', { name: 'done' }).first().waitFor();
    await open('audit');
    await page.getByText('store.fsck').first().waitFor();
    await page.getByText(/chain intact, \d+ entr(y|ies)/).waitFor();
  });

  it('names, file names, user agents and headers that hold markup are shown as text', async () => {
    await open('people/ada');
    await page.getByText(SCRIPT, { exact: false }).first().waitFor();
    for (const name of ['requests', 'usage', 'audit']) await open(name);
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
  });

  it('no page asks another host for anything, and none reports an error', () => {
    expect([foreign, errors]).toEqual([[], []]);
  });

  it('no other page may put the console into a frame', async () => {
    const response = await fetch(`${admin.adminUrl}/console/`);
    expect(response.headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
    expect(response.headers.get('x-frame-options')).toBe('SAMEORIGIN');
  });

  it('a sign-out leads to the door, where a token of the role read sees no button that changes things', async () => {
    await open('now');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin token').fill(admin.tokens.read);
    await page.screenshot({ path: `${REPORTS}/sign-in-1440.png` });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Now' }).waitFor();
    await open('settings');
    await page.getByText('Effective settings').waitFor();
    expect(await page.getByRole('button', { name: 'Delete orphans' }).count()).toBe(0);
  });
});
