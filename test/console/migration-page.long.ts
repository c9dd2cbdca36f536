import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CLIENTS } from '../migration/support/legacy-clients.ts';
import { numberedPicture } from '../rehearsal/numbered-picture.ts';
import { type Rehearsal, SPOILT_SHARE, startRehearsal } from '../rehearsal/start-rehearsal.ts';
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
const SUBJECTS = 12;
/** Acts on Ada, whom the crowd leaves alone. */
const CLIENT = CLIENTS['capillary-v2'];
const ADA = '565039506';
/** A step waits for requests under way, and for a backend that fails one in ten. */
const A_STEP = { timeout: 120_000 };

describeInBrowser('the console over a migration of the rehearsal', () => {
  let rehearsal: Rehearsal;
  let browser: Browser;
  let page: Page;
  let consoleUrl: string;
  const errors: string[] = [];

  /** Reads the admin API as the signed-in browser. */
  const api = async <T>(path: string): Promise<T> =>
    (await page.evaluate(async (at) => (await fetch(`/admin/v1${at}`)).json(), path)) as T;
  const rollout = async () => {
    const { items } = await api<{ items: { rollout: { stage: string }; change?: object }[] }>('/migrations');
    return items[0]?.change ? 'moving' : items[0]?.rollout.stage;
  };
  const drained = async (response: Promise<Response>) => {
    const { status, body } = await response;
    await body?.cancel();
    return status;
  };

  beforeAll(async () => {
    await mkdir(REPORTS, { recursive: true });
    rehearsal = await startRehearsal({
      subjects: SUBJECTS,
      clients: 2,
      open: false,
      backend: {
        initialStage: 'shadow',
        shadow: { keepValues: true, ignore: ['referrer-policy'] },
      },
    });
    const { house, gateways, crowd } = rehearsal;
    const first = await house.start({}, ['--welcome']);
    const [, link = ''] = await first.waitForOutput(/signs you in once\): (\S+)/);
    gateways.push(first, await house.start());
    crowd.start();
    consoleUrl = new URL(link).origin;
    browser = await chromium.launch(BROWSER);
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    page.on('pageerror', (cause) => errors.push(cause.message));
    await page.goto(link);
    await page.getByRole('heading', { name: 'Now', exact: true }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await rehearsal?.stop();
  });

  async function open(name: string, path = name): Promise<void> {
    await page.goto(`${consoleUrl}/console/#${path}`);
    await page.getByRole('heading', { level: 1, name: new RegExp(name, 'i') }).waitFor();
    await page.getByText('One moment …').first().waitFor({ state: 'detached' });
  }

  /** Takes pictures of the page at both sizes, and holds it against axe. */
  async function look(name: string): Promise<void> {
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: `${REPORTS}/${name}-${width}.png`, fullPage: true });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  it('the warnings of the preflight stand below the conditions of the next step', async () => {
    const { house } = rehearsal;
    const { code } = await house.polyface(
      'migrate',
      'preflight',
      '--dialect',
      'capillary-v2',
      '--subjects',
      house.subjectsFile,
      '--json',
    );
    expect([0, 2]).toContain(code);
    await open('migration');
    await page.getByRole('heading', { name: 'Warnings of the preflight' }).waitFor({ timeout: 30_000 });
    await page.getByText('names, e-mail and phone are known here').waitFor();
    await look('migration-warnings');
  });

  it('a difference shows both responses and both pictures side by side, one over the other, and in turns', async () => {
    const { backend, gateways } = rehearsal;
    const [gateway] = gateways;
    if (!gateway) throw new Error('no gateway');
    // Of this one person the backend tells the truth, so that the pictures can be looked at.
    await backend.spoil(0);
    expect(await drained(CLIENT.put(gateway.url, await numberedPicture(900_001)))).toBe(200);
    // Behind the gateway's back, as a difference in the real world would come about.
    expect(await drained(CLIENT.put(backend.url, await numberedPicture(900_002)))).toBe(200);
    interface Kept {
      readonly path: string;
      readonly levels: { readonly picture?: string };
    }
    const isWanted = ({ path, levels }: Kept) => path.includes(ADA) && levels.picture === 'differs';
    let kept: readonly Kept[] = [];
    while (!kept.some(isWanted)) {
      expect(await drained(CLIENT.read(gateway.url))).toBe(200);
      kept = (await api<{ items: Kept[] }>('/migrations/demo/capillary-v2/differences')).items;
      await pause(50);
    }
    await open('differences');
    await page
      .getByRole('button', { name: /^different picture/ })
      .first()
      .click();
    await page.locator('.difference-head', { hasText: ADA }).first().click();
    const table = page.getByRole('table', { name: 'Both responses' });
    await table.getByRole('row', { name: /x-content-type-options \(absent\) "nosniff"/ }).waitFor();
    const ignored = table.getByRole('row', { name: /referrer-policy ignored \(absent\) "no-referrer"/ });
    expect(await ignored.getAttribute('class')).toBe('ignored');
    for (const name of ['Picture of the backend', 'Picture here']) {
      const picture = page.getByRole('img', { name });
      await picture.waitFor();
      await picture.evaluate((image: HTMLImageElement) => image.decode());
      expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    }
    await page.getByText('different bytes').waitFor();
    expect(await page.locator('.side-picture code').count()).toBe(2);
    await look('difference');
    await page.getByRole('button', { name: 'overlay' }).click();
    await page.getByRole('slider', { name: 'Backend – here' }).fill('80');
    expect(
      await page
        .locator('.stack img')
        .nth(1)
        .evaluate((image) => getComputedStyle(image).opacity),
    ).toBe('0.8');
    await look('difference-overlay');
    await page.getByRole('button', { name: 'blink' }).click();
    await page.locator('.stack img[hidden]').waitFor({ state: 'attached' });
    expect(await page.locator('.stack img').count()).toBe(2);
    await backend.spoil(SPOILT_SHARE);
  });

  it('a step forward that is taken on the page takes effect, with its reason in the history', async () => {
    await open('migration');
    await page.locator('[aria-current="step"]', { hasText: 'shadow' }).waitFor();
    await page.getByRole('button', { name: 'Advance' }).click();
    await page.getByRole('spinbutton', { name: 'Share of people, in percent' }).waitFor();
    await page.getByLabel('Reason, for the audit log').fill('the sample is good');
    await look('migration-step');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Advance/ })
      .click();
    await page.locator('[aria-current="step"]', { hasText: 'dual-write' }).waitFor(A_STEP);
    expect(await rollout()).toBe('dual-write');
    await page.getByText('the sample is good').first().waitFor();
  });

  it('a verification that is started on the page shows how far it is and what it found', async () => {
    await page.getByRole('button', { name: 'Backfill everybody' }).click();
    await page
      .getByRole('row', { name: /backfill/ })
      .getByText('done')
      .waitFor(A_STEP);
    await page.getByRole('button', { name: 'Verify everybody' }).click();
    const row = page.getByRole('row', { name: /verify/ });
    await row.getByText('done').waitFor(A_STEP);
    expect(await row.getByText(/\d+ of \d+/).count()).toBe(1);
    await look('migration');
  });

  it.each(PAGES)('the page %s fits into 320 pixels, and has enough contrast in the dark', async (name) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.emulateMedia({ colorScheme: 'dark' });
    try {
      await open(name, name === 'people' ? 'people/ada' : name);
      if (name === 'people') await page.getByText('565039506').waitFor();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.screenshot({ path: `${REPORTS}/${name}-dark-1440.png`, fullPage: true });
    } finally {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  });

  it('a step back says what it replays first, and takes effect', async () => {
    await open('migration');
    await page.getByRole('button', { name: 'Back to shadow' }).click();
    await page.getByRole('dialog').getByText('People whose newest picture the backend lacks').waitFor();
    await look('migration-back');
    await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click();
    await page.locator('[aria-current="step"]', { hasText: 'shadow' }).waitFor(A_STEP);
    expect(await rollout()).toBe('shadow');
    expect(errors).toEqual([]);
  });

  it('no client of the crowd saw an error that the backend had not made, nor a wrong picture', async () => {
    const { crowd, backend } = rehearsal;
    await crowd.stop();
    crowd.settle(await backend.spoilt());
    expect(crowd.tally).toMatchObject({ errors: 0, wrong: 0, notes: [] });
    expect(crowd.tally.writes).toBeGreaterThan(0);
    expect(crowd.tally.reads).toBeGreaterThan(0);
  });
});
