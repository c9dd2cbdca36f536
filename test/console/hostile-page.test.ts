import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type AdminGateway, startAdminGateway } from '../admin/start-admin.ts';
import { BROWSER, describeInBrowser } from './browser.ts';

/** A page on another port of the same machine: for cookies it is of the same site, so that they are sent along. */
function hostilePage(adminUrl: string): string {
  const jobs = `${adminUrl}/admin/v1/jobs`;
  return `<!doctype html><title>hostile</title>
    <iframe name="console" src="${adminUrl}/console/"></iframe>
    <iframe name="answer"></iframe>
    <form method="post" enctype="text/plain" target="answer" action="${jobs}">
      <input name='{"kind":"gc","ignored":"' value='"}'>
    </form>
    <script>
      const ways = [
        { mode: 'no-cors', headers: { 'content-type': 'text/plain' } },
        { mode: 'cors', headers: { 'content-type': 'text/plain' } },
        { mode: 'cors', headers: { 'content-type': 'application/json', 'x-polyface-admin': '1' } },
      ];
      const send = (more) => fetch('${jobs}', { method: 'POST', credentials: 'include', body: '{"kind":"gc"}', ...more });
      addEventListener('load', async () => {
        document.forms[0].submit();
        const seen = await Promise.allSettled(ways.map(send));
        const read = await Promise.allSettled([fetch('${adminUrl}/admin/v1/session', { credentials: 'include' })]);
        globalThis.outcome = [...seen, ...read].map(({ status, value }) => status === 'fulfilled' ? value.type : status);
      });
    </script>`;
}

describeInBrowser('a hostile page in the browser of an operator who is signed in', () => {
  let admin: AdminGateway;
  let hostile: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    admin = await startAdminGateway();
    hostile = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end(hostilePage(admin.adminUrl));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => hostile.once('listening', resolve));
    browser = await chromium.launch(BROWSER);
    page = await (await browser.newContext()).newPage();
    await page.goto(admin.gateway.signInLink?.() ?? '');
    await page.getByRole('heading', { name: 'Now' }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    hostile?.close();
    await admin?.gateway.stop();
  });

  it('a hostile page changes nothing, reads nothing, and cannot show the console in a frame', async () => {
    const cookies: string[] = [];
    page.on('request', async (request) => {
      if (request.method() !== 'POST' || !request.url().endsWith('/admin/v1/jobs')) return;
      cookies.push((await request.allHeaders()).cookie ?? '');
    });
    await page.goto(`http://127.0.0.1:${(hostile.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => 'outcome' in globalThis);
    await page.frame({ name: 'answer' })?.waitForLoadState();
    expect(await page.evaluate(() => Reflect.get(globalThis, 'outcome'))).toEqual([
      'rejected',
      'rejected',
      'rejected',
      'rejected',
    ]);
    // At least the form was sent in the name of the operator.
    expect(cookies.some((cookie) => cookie.includes('polyface_admin='))).toBe(true);
    expect(page.frame({ name: 'console' })?.url()).toMatch(/^chrome-error:/);
    const { body } = await admin.call('GET', '/jobs', { token: admin.tokens.read });
    expect(body).toEqual({ items: [] });
    const { body: log } = await admin.call('GET', '/audit', { token: admin.tokens.read });
    const actions = (log as { items: { action: string }[] }).items.map(({ action }) => action);
    expect(actions.filter((action) => !/^(console|tokens)\./.test(action))).toEqual([]);
  });
});
