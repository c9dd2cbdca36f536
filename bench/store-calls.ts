/*
 * `node scripts/run.mjs bench/store-calls.ts`: what one upload and one read of each kind ask of S3 and of Azure, counted between the gateway and
 * the engine, and what that comes to at list prices. Prints tables for docs/scaling.md.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { StoreSettings } from '../src/settings/settings.ts';
import { azuriteSettings, startAzurite } from '../test/support/azurite.ts';
import { miniStackSettings, startMiniStack } from '../test/support/ministack.ts';
import { anAvatar } from '../test/support/pictures.ts';
import { createBenchRun } from './bench-run.ts';
import type { ChildServer } from './measure/child-server.ts';
import type { PreparedBody } from './measure/multipart.ts';
import {
  capillaryAdd,
  capillaryBody,
  smartsheetPost,
  v1Body,
  v1Get,
  v1Put,
} from './scenarios/legacy-requests.ts';

/** As the price lists tell them apart; deletions are free on both. */
type Kind = 'write' | 'list' | 'read' | 'delete';
type Calls = Record<Kind, number>;

/** US dollars for one call: S3 Standard, us-east-1, list of 2024; Azure Blob hot, LRS, East US, list of 2023. Neither was looked up again. */
const PRICES: Readonly<Record<'S3' | 'Azure', Calls>> = {
  S3: { write: 0.005 / 1e3, list: 0.005 / 1e3, read: 0.0004 / 1e3, delete: 0 },
  Azure: { write: 0.05 / 1e4, list: 0.05 / 1e4, read: 0.004 / 1e4, delete: 0 },
};
/** Bodies of replaced pictures go in the background. */
const QUIET_MS = 1_500;
const NATIVE = { authorization: 'Bearer demo-native-key' };

/** Counts what passes to an engine, but for what a gateway does by the clock: saving the usage, and looking for unfinished work on people. */
async function countingRelay(port: number): Promise<{
  readonly port: number;
  take(): Calls;
  readonly seen: () => number;
  close(): void;
}> {
  let calls = noCalls();
  let seen = 0;
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '';
    if (!/usage(\/|%2F)|people(\/|%2F)intents|readiness/.test(path)) {
      calls[kindOf(String(incoming.method), path)] += 1;
      seen += 1;
    }
    const onward = forward(
      { port, host: '127.0.0.1', method: incoming.method, path, headers: incoming.headers },
      (answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers)),
    );
    onward.on('error', () => outgoing.destroy());
    // The engine's own word on whether the body is wanted is not waited for.
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    port: address.port,
    take() {
      const taken = calls;
      calls = noCalls();
      return taken;
    },
    seen: () => seen,
    close() {
      server.close().closeAllConnections();
    },
  };
}

function noCalls(): Calls {
  return { write: 0, list: 0, read: 0, delete: 0 };
}

function kindOf(method: string, path: string): Kind {
  if (method === 'DELETE') return 'delete';
  if (method === 'GET' && /list-type=|comp=list/.test(path)) return 'list';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}

interface Work {
  readonly name: string;
  run(url: string): Promise<unknown>;
}

async function worksOf(): Promise<Work[]> {
  const [one, two] = [await anAvatar(), Buffer.concat([await anAvatar(), Buffer.from('x')])];
  const call = async (
    url: string,
    get: { method: string; path: string; headers?: object; body?: PreparedBody },
  ) => {
    const response = await fetch(url + get.path, {
      method: get.method,
      headers: { ...get.headers, ...get.body?.headers },
      ...(get.body && { body: new Uint8Array(get.body.bytes) }),
    });
    const body = Buffer.from(await response.arrayBuffer());
    if (!response.ok)
      throw new Error(`${get.method} ${get.path} answers ${response.status}: ${body.toString()}`);
    return body;
  };
  const native = (method: string, picture?: Buffer) => ({
    method,
    path: '/native/v1/subjects/calls-native/image',
    headers: NATIVE,
    ...(picture && { body: { headers: { 'content-type': 'image/jpeg' }, bytes: picture } }),
  });
  let signed = '';
  return [
    { name: 'native PUT, first picture', run: (url) => call(url, native('PUT', one)) },
    { name: 'native PUT, replaced', run: (url) => call(url, native('PUT', two)) },
    { name: 'native PUT, unchanged', run: (url) => call(url, native('PUT', two)) },
    { name: 'v1 PUT, first picture', run: (url) => call(url, v1Put(9001, v1Body(one))) },
    {
      name: 'v1 PUT, replaced',
      async run(url) {
        const answer = JSON.parse((await call(url, v1Put(9001, v1Body(two)))).toString()) as {
          imageUrl: string;
        };
        const { pathname, search } = new URL(answer.imageUrl);
        signed = pathname + search;
      },
    },
    {
      name: 'Capillary POST, first picture',
      run: (url) => call(url, capillaryAdd(9002, capillaryBody(one))),
    },
    { name: 'Smartsheet POST, first picture', run: (url) => call(url, smartsheetPost(9003, one)) },
    { name: 'GET of a picture (native)', run: (url) => call(url, native('GET')) },
    { name: 'GET of JSON with an address (v1)', run: (url) => call(url, v1Get(9001)) },
    { name: 'signed download through the gateway', run: (url) => call(url, { method: 'GET', path: signed }) },
    { name: 'native DELETE', run: (url) => call(url, native('DELETE')) },
  ];
}

async function countOn(
  name: 'S3' | 'Azure',
  store: StoreSettings,
  relay: Awaited<ReturnType<typeof countingRelay>>,
  folder: string,
): Promise<void> {
  const run = createBenchRun(folder, { rounds: 1, effort: 1 });
  const gateway: ChildServer = await run.startGateway(name, { store });
  try {
    console.log(
      `\n| on ${name} | writes | reads | lists | deletes | per million, at list price |\n| --- | --: | --: | --: | --: | --: |`,
    );
    for (const { name: work, run: doWork } of await worksOf()) {
      await quiet(relay);
      relay.take();
      await doWork(gateway.baseUrl);
      await quiet(relay);
      const calls = relay.take();
      console.log(
        `| ${work} | ${calls.write} | ${calls.read} | ${calls.list} | ${calls.delete} | $${(priceOf(calls, PRICES[name]) * 1e6).toFixed(2)} |`,
      );
    }
  } finally {
    await gateway.stop();
  }
}

function priceOf(calls: Calls, prices: Calls): number {
  return calls.write * prices.write + calls.list * prices.list + calls.read * prices.read;
}

/** Waits until nothing has passed for a while. */
async function quiet(relay: { seen(): number }): Promise<void> {
  for (let before = -1; before !== relay.seen(); ) {
    before = relay.seen();
    await pause(QUIET_MS);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'polyface-calls-'));
const engine = await startMiniStack('calls');
const azurite = await startAzurite();
const relays = [await countingRelay(engine.port), await countingRelay(azurite.port)] as const;
try {
  const s3 = miniStackSettings({ endpoint: `http://127.0.0.1:${relays[0].port}` }, 'calls');
  const account = new URL(azurite.endpoint);
  account.port = String(relays[1].port);
  await countOn('S3', s3, relays[0], folder);
  const azure = azuriteSettings({ ...azurite, endpoint: account.href }, 'calls');
  await countOn('Azure', azure, relays[1], folder);
} finally {
  for (const relay of relays) relay.close();
  await Promise.all([engine.stop(), azurite.stop()]);
  await rm(folder, { recursive: true });
}
