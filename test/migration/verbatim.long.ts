import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture, readMark } from '../chaos/marked-picture.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type IndependentServer, startIndependentServer } from './support/independent-server.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';
import { HEADERS_THAT_DIFFER } from './support/start-shim.ts';

const KEY = { 'x-api-key': 'demo-v1-key' };

describe('a shim in front of an independent v1 server', () => {
  let backend: IndependentServer;
  let house: ShimHouse;
  let shim: GatewayProcess;

  beforeAll(async () => {
    backend = await startIndependentServer();
    house = await createShimHouse({
      backendUrl: backend.url,
      crowd: 30,
      // A write that was cut off keeps its lease for as long as its request could have taken.
      backend: { timeoutSeconds: 2, connectTimeoutSeconds: 1, shadow: { ignore: HEADERS_THAT_DIFFER } },
    });
    shim = await house.start();
  });
  afterAll(async () => {
    await shim.end();
    await backend.stop();
    await house.remove();
  });

  const dialect = ['--dialect', 'magicline-v1'];
  const put = async (customer: number, mark: number) => {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(markedPicture(mark))], { type: 'image/jpeg' }), 'me.jpg');
    const answer = await fetch(`${shim.url}/v1/customers/${customer}/images`, {
      method: 'PUT',
      headers: KEY,
      body: form,
    });
    await answer.arrayBuffer();
    return answer;
  };
  const mark = async (customer: number) => {
    const answer = await fetch(`${shim.url}/v1/customers/${customer}`, { headers: KEY });
    const { imageUrl } = (await answer.json()) as { imageUrl?: string };
    if (imageUrl === undefined) return undefined;
    const download = await fetch(imageUrl);
    return readMark(Buffer.from(await download.arrayBuffer()));
  };
  const behind = (customer: number) => {
    const picture = backend.picture(String(customer));
    return picture && readMark(picture);
  };
  const stage = async () => (await house.polyface('migrate', 'status', ...dialect)).json.rollout;

  it('a shim in front of an independent v1 server passes an undocumented operation through, byte for byte', async () => {
    const body = randomBytes(3_000_000);
    const answer = await fetch(`${shim.url}/v1/undocumented?a=%20b&&c`, {
      method: 'POST',
      headers: { ...KEY, 'content-type': 'application/x-odd' },
      body,
    });
    expect(answer.status).toBe(207);
    expect(answer.headers.get('x-odd')).toBe('yes');
    const back = Buffer.from(await answer.arrayBuffer());
    expect(createHash('sha256').update(back).digest('hex')).toBe(
      createHash('sha256').update(body).digest('hex'),
    );
  });

  it('a shim in front of an independent v1 server lets the backend judge a credential that the gateway does not know', async () => {
    const answer = await fetch(`${shim.url}/v1/customers/5001`, { headers: { 'x-api-key': 'known there' } });
    expect(answer.status).toBe(200);
  });

  it('a shim in front of an independent v1 server gives the answer of the backend as it came, with its headers and none of the hop', async () => {
    const answer = await put(5000, 1);
    expect([answer.status, answer.headers.get('x-served-by')]).toEqual([200, 'independent']);
    expect(answer.headers.get('x-request-id')).toBeNull();
    expect(await mark(5000)).toBe(1);
  });

  it('a shim in front of an independent v1 server answers in the dialect where the backend cuts the connection', async () => {
    backend.fault = 'cut';
    const answer = await put(5000, 2);
    backend.fault = 'none';
    expect(answer.status).toBe(504);
    expect(await mark(5000)).toBe(1);
  });

  it('a shim in front of an independent v1 server does not wait for a client that goes away', async () => {
    const request = httpRequest(`${shim.url}/v1/undocumented`, { method: 'POST', headers: KEY });
    request.on('error', () => {});
    request.write('half');
    await new Promise((resolve) => setTimeout(resolve, 50));
    request.destroy();
    expect((await put(5000, 1)).status).toBe(200);
  });

  it('a shim in front of an independent v1 server compares what it shadows, and answers as the backend does', async () => {
    expect((await house.polyface('migrate', 'advance', ...dialect)).json.outcome).toBe('arrived');
    for (let customer = 5000; customer < 5010; customer += 1) {
      expect((await put(customer, customer)).headers.get('x-served-by')).toBe('independent');
      expect(await mark(customer)).toBe(customer);
    }
    // The pictures are fetched from the backend when clients are served: while it fails, there is nothing to compare.
    await comparedUpdates(10);
    backend.fault = 'error before';
    expect((await put(5009, 1)).status).toBe(500);
    backend.fault = 'none';
    const { json, updates } = await comparedUpdates(11);
    expect(updates?.verdicts).toMatchObject({ 're-encoded': 10, 'error differs': 1 });
    expect(json.differences).not.toHaveLength(0);
    expect(JSON.stringify(json)).not.toContain('demo-v1-key');
  });

  it('a shim in front of an independent v1 server holds every write on both sides in dual-write, and copies the rest', async () => {
    expect((await house.polyface('migrate', 'advance', ...dialect)).json.outcome).toBe('arrived');
    const answer = await put(5020, 20);
    expect([answer.status, answer.headers.get('x-served-by')]).toEqual([200, 'independent']);
    expect(behind(5020)).toBe(20);
    const copied = await house.polyface('backfill', ...dialect, '--subjects', house.subjectsFile);
    expect(copied.json).toMatchObject({ complete: true, copied: 10, known: 1, failed: 0, empty: 19 });
    const verified = await house.polyface('backfill', 'verify', ...dialect, '--subjects', house.subjectsFile);
    expect(verified.json).toMatchObject({ subjects: 30, equal: 30, differences: {} });
  });

  it('a shim in front of an independent v1 server finishes a write whose answer got lost, and one that never arrived', async () => {
    backend.fault = 'error after';
    expect((await put(5001, 71)).status).toBe(500);
    backend.fault = 'cut';
    expect((await put(5002, 72)).status).toBe(504);
    backend.fault = 'none';
    await drained();
    const verified = await house.polyface('backfill', 'verify', ...dialect, '--subjects', house.subjectsFile);
    expect(verified.json).toMatchObject({ subjects: 30, equal: 30 });
    expect([behind(5001), behind(5002)]).toEqual([71, 72]);
  });

  it('a shim in front of an independent v1 server survives a kill in the middle of everything', async () => {
    backend.fault = 'hang';
    const cut = put(5003, 73).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await shim.end('SIGKILL');
    backend.fault = 'none';
    await cut;
    shim = await house.start();
    expect((await put(5004, 74)).status).toBe(200);
  });

  it('a shim in front of an independent v1 server refuses to switch while a write waits to be finished, and switches when both sides agree', async () => {
    backend.fault = 'cut';
    expect((await put(5005, 75)).status).toBe(504);
    const early = await house.polyface('migrate', 'advance', ...dialect);
    expect([early.code, early.json.outcome]).toEqual([2, 'refused']);
    backend.fault = 'none';
    await drained();
    await house.polyface('migrate', 'status', ...dialect, '--forget-silent');
    const verified = await house.polyface('backfill', 'verify', ...dialect, '--subjects', house.subjectsFile);
    expect(verified.json).toMatchObject({ subjects: 30, equal: 30 });
    const step = await house.polyface('migrate', 'advance', ...dialect);
    expect(step.json).toMatchObject({ outcome: 'arrived' });
    expect(await stage()).toMatchObject({ stage: 'switched' });
  }, 120_000);

  it('a shim in front of an independent v1 server answers on its own when switched, and keeps the backend in step', async () => {
    const answer = await put(5000, 90);
    expect(answer.headers.get('x-served-by')).toBeNull();
    expect(await mark(5000)).toBe(90);
    backend.fault = 'cut';
    expect((await put(5001, 91)).status).toBe(200);
    expect(await mark(5001)).toBe(91);
    backend.fault = 'none';
    await drained();
    expect([behind(5000), behind(5001)]).toEqual([90, 91]);
  });

  it('a shim in front of an independent v1 server goes back without losing anything, and forward again', async () => {
    await put(5002, 92);
    const step = await house.polyface('migrate', 'back', ...dialect);
    expect(step.json).toMatchObject({ outcome: 'arrived', rollout: { stage: 'dual-write' } });
    expect((await put(5003, 93)).headers.get('x-served-by')).toBe('independent');
    expect(await Promise.all([5000, 5001, 5002, 5003, 5004].map(mark))).toEqual([90, 91, 92, 93, 74]);
  });

  async function comparedUpdates(count: number) {
    for (let look = 0; ; look += 1) {
      const { json } = await house.polyface('migrate', 'parity', ...dialect, '--differences');
      if (look > 15) throw new Error(`not all was compared: ${JSON.stringify(json).slice(0, 2000)}`);
      const operations = json.operations as { operationId: string; compared: number; verdicts: object }[];
      const updates = operations.find(({ operationId }) => operationId === 'updateImage');
      if ((updates?.compared ?? 0) >= count) return { json, updates };
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async function drained(): Promise<void> {
    for (let look = 0; look < 60; look += 1) {
      const { json } = await house.polyface('migrate', 'status', ...dialect);
      const { intents, pendingReplications, rechecks } = json.backlog as Record<string, number>;
      if (intents === 0 && pendingReplications === 0 && rechecks === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    throw new Error('the backlog does not empty');
  }
});
