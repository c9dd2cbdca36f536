import { describe, expect, it } from '@jest/globals';
import smartsheet from '../../../dialects/smartsheet/index.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { aJpeg } from '../../support/pictures.ts';

describe('the profile that a Smartsheet SDK needs', () => {
  it.each([
    ['smartsheet-javascript-sdk/4.5.0', 'documented'],
    ['smartsheet-javascript-sdk/5.3.0/my-app', 'documented'],
    ['SmartsheetPythonSDK/4.4.0/app.py', 'observed'],
    ['smartsheet-java-sdk(app)/3.0.0', 'observed'],
    ['Smartsheet Java SDK/2.146.0/app.jar!Main/Linux OpenJDK', 'observed'],
    ['smartsheet-csharp-sdk/3', 'observed'],
    ['okhttp/4.12.0', undefined],
    ['', undefined],
  ])('the profile for the User-Agent %j is %s', (agent, profile) => {
    const head = { method: 'GET', path: '/', params: {}, query: {}, headers: { 'user-agent': agent } };
    expect(smartsheet.profileOfClient?.(head)).toBe(profile);
  });

  it('the profile of the client decides each answer where the settings say by-client, stands in the log, and changes no other client', async () => {
    const sandbox = await startSandbox({
      dialects: ['smartsheet'],
      settings: (demo) => ({
        ...demo,
        dialects: {
          smartsheet: { profile: 'by-client', options: {}, rate: { limit: 20, windowSeconds: 60 } },
        },
        rateLimits: { ...demo.rateLimits, enabled: true },
      }),
    });
    const upload = async (agent: string) =>
      fetch(`${sandbox.url}/2.0/users/48569348493401200/profileimage`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer demo-smartsheet-jane',
          'content-type': 'image/jpeg',
          'user-agent': agent,
        },
        body: new Uint8Array(await aJpeg()),
      });
    expect(await (await upload('SmartsheetPythonSDK/4.4.0')).json()).toHaveProperty('result');
    expect(await (await upload('smartsheet-javascript-sdk/5.3.0')).json()).toHaveProperty('data');
    // The rate of the settings keeps the vendor's weights: an upload counts ten calls.
    expect((await upload('curl/8.0.0')).status).toBe(429);
    sandbox.reset();
    const urls = await fetch(`${sandbox.url}/2.0/imageurls/`, {
      method: 'POST',
      headers: { authorization: 'Bearer demo-smartsheet-admin', 'content-type': 'application/json' },
      body: '[{"imageId":"abc"}]',
    });
    expect(urls.status).toBe(200);
    await sandbox.stop();
  });

  it('the profile of the client stands in the report of the request', async () => {
    const sandbox = await startSandbox({
      dialects: ['smartsheet'],
      settings: (demo) => ({ ...demo, dialects: { smartsheet: { profile: 'by-client', options: {} } } }),
    });
    await fetch(`${sandbox.url}/2.0/users/me`, {
      headers: { authorization: 'Bearer demo-smartsheet-jane', 'user-agent': 'SmartsheetPythonSDK/4.4.0' },
    });
    await fetch(`${sandbox.url}/2.0/users/me`, { headers: { authorization: 'Bearer demo-smartsheet-jane' } });
    const facts = (await sandbox.exchanges()).map((exchange) => exchange.facts.profile);
    expect(facts).toEqual(['observed', 'documented']);
    await sandbox.stop();
  });
});
