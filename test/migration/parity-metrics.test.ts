import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberedPicture } from '../rehearsal/numbered-picture.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { type IndependentServer, startIndependentServer } from './support/independent-server.ts';
import { metricsWith } from './support/read-metrics.ts';
import { backendSettings, HEADERS_THAT_DIFFER, startShim } from './support/start-shim.ts';

const KEY = { 'x-api-key': 'demo-v1-key' };

describe('the metrics of a shadow', () => {
  let backend: IndependentServer;
  let shim: DemoGateway;
  beforeAll(async () => {
    backend = await startIndependentServer();
    const { shadow } = backendSettings('magicline-v1', backend.url);
    shim = await startShim([
      backendSettings('magicline-v1', backend.url, {
        initialStage: 'shadow',
        shadow: { ...shadow, ignore: HEADERS_THAT_DIFFER },
      }),
    ]);
  });
  afterAll(async () => {
    await shim.stop();
    await backend.stop();
  });

  const put = async () => {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(await numberedPicture(1))]), 'me.png');
    const answer = await fetch(`${shim.url}/v1/customers/1001/images`, {
      method: 'PUT',
      headers: KEY,
      body: form,
    });
    return answer.arrayBuffer();
  };
  const read = async (headers: Record<string, string>) =>
    (await fetch(`${shim.url}/v1/customers/1001`, { headers })).arrayBuffer();

  it('the metrics of a shadow count each comparison by operation and verdict, and each level that differed', async () => {
    await put();
    await put();
    const found = await metricsWith(shim, 'polyface_migration_compared_total', 2);
    expect(found).toEqual({
      'dialect="magicline-v1",operation="updateImage",tenant="demo",verdict="re-encoded"': 2,
    });
    expect(await metricsWith(shim, 'polyface_migration_differing_total', 2)).toEqual({
      'dialect="magicline-v1",level="bytes",operation="updateImage",tenant="demo"': 2,
    });
  });

  it('the metrics of a shadow count what was not compared, by reason', async () => {
    await read({ 'x-api-key': 'known there' });
    expect(await metricsWith(shim, 'polyface_migration_not_compared_total', 1)).toEqual({
      'dialect="magicline-v1",reason="not known here",tenant="demo"': 1,
    });
  });
});
