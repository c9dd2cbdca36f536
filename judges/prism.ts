/*
 * Holds the gateway's JSON answers against the documents with Prism's proxy, a judge that shares no code with this project. Prism corrupts
 * binary bodies, so it sees none: each request goes through it as a bare placeholder, and a shim behind it sends the real one.
 *
 *   kit ──placeholder──► Prism ──placeholder──► shim ──the request as it was──► sandbox
 *
 * The requests are those of the conformance kit. Ends with `N passed, N failed`; exits 1 where one failed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { request } from 'undici';
import { runConformance } from '../src/conformance/index.ts';
import type { KitExchange } from '../src/conformance/kit-client.ts';
import type { KitContract } from '../src/conformance/kit-contract.ts';
import type { WireProfile } from '../src/domain/index.ts';
import { publishDocument } from '../src/gateway/openapi/publish-document.ts';
import { createRouteTable } from '../src/gateway/routes/route-table.ts';
import { startSandbox } from '../src/sandbox/index.ts';
import { demoContract } from '../test/conformance/demo-contract.ts';

const root = join(import.meta.dirname, '..');
const PLACEHOLDER = 'x-polyface-placeholder';
/** Good enough for every security scheme of the documents; Prism looks for them itself, the gateway never sees them. */
const ANY_CREDENTIAL = { authorization: 'Bearer any', 'x-api-key': 'any', 'x-cap-api-oauth-token': 'any' };
const LARGEST_BODY_BYTES = 1_048_576;
const PRISM_START_SECONDS = 60;

/** One request, and where Prism finds it in the document: below its mount. */
interface JudgedRequest {
  readonly exchange: KitExchange;
  readonly documentPath: string;
}

const RUNS: readonly (readonly [dialect: string, profile: WireProfile])[] = [
  ['capillary-v2', 'documented'],
  ['capillary-v2', 'observed'],
  ['magicline-v1', 'documented'],
  ['smartsheet', 'documented'],
  ['smartsheet', 'observed'],
  ['timbu', 'documented'],
  ['timbu', 'observed'],
  ['native', 'documented'],
];

let passed = 0;
let failed = 0;
for (const [dialect, profile] of RUNS) {
  const faults = await judge(dialect, profile);
  for (const fault of faults.found) console.error(`   ${fault}`);
  console.log(`${dialect} (${profile}): ${faults.judged} answers judged, ${faults.found.length} violations`);
  if (faults.judged > 0 && faults.found.length === 0) passed += 1;
  else failed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function judge(
  dialect: string,
  profile: WireProfile,
): Promise<{ readonly judged: number; readonly found: readonly string[] }> {
  const sandbox = await startSandbox({ profile, seed: 'prism' });
  const contract = await demoContract(dialect, profile, sandbox.url);
  const requests = await requestsOf(contract);
  sandbox.reset();
  const shim = await startShim(sandbox.url, requests);
  const prism = await startPrism(contract, shim.url);
  try {
    const found: string[] = [];
    for (const [index, judged] of requests.entries()) {
      const fault = await violation(prism.url, judged, index);
      if (fault !== undefined) found.push(fault);
    }
    return { judged: requests.length, found };
  } finally {
    await prism.stop();
    shim.server.close();
    shim.server.closeAllConnections();
    await sandbox.stop();
  }
}

/** Everything that the kit asks and that the document has an operation for. */
async function requestsOf(contract: KitContract): Promise<JudgedRequest[]> {
  const routes = createRouteTable([contract.loaded]);
  const { servers } = publishDocument(contract.loaded.documentSource, contract.setting.profile);
  const isWhole = JSON.stringify(servers) === '[{"url":"/"}]';
  const { results } = await runConformance(contract, {
    write: true,
    only: ({ id }) => !id.includes('too-large') && !id.includes('redirect'),
  });
  return results
    .flatMap(({ exchanges }) => exchanges)
    .flatMap((exchange): JudgedRequest[] => {
      const { method, path, body } = exchange.request;
      if (!path.startsWith('/') || method === 'HEAD') return [];
      if (exchange.answer.headers['content-type']?.startsWith('image/')) return [];
      if ((body?.byteLength ?? 0) > LARGEST_BODY_BYTES) return [];
      const match = routes.match(method, path.split('?')[0] ?? '');
      if (match.kind !== 'operation') return [];
      const prefix = isWhole
        ? ''
        : (match.documented.prefixes.find((one) => path.startsWith(`${one}/`)) ?? '');
      return [{ exchange, documentPath: path.slice(prefix.length) }];
    });
}

async function violation(
  prismUrl: string,
  { exchange, documentPath }: JudgedRequest,
  index: number,
): Promise<string | undefined> {
  const { method } = exchange.request;
  const reply = await request(prismUrl + documentPath, {
    method,
    headers: {
      ...ANY_CREDENTIAL,
      [PLACEHOLDER]: String(index),
    },
  });
  const text = await reply.body.text();
  const where = `${method} ${documentPath} ${exchange.answer.status}`;
  if (text.includes('stoplight.io/prism/errors')) return `${where}: ${text.slice(0, 600)}`;
  return reply.statusCode === exchange.answer.status
    ? undefined
    : `${where}: ${reply.statusCode} through Prism: ${text.slice(0, 200)}`;
}

/** Puts the real request in the place of each placeholder. */
async function startShim(
  target: string,
  requests: readonly JudgedRequest[],
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      incoming.resume();
      const judged = requests[Number(incoming.headers[PLACEHOLDER])];
      if (!judged) throw new Error('a request without a placeholder');
      const { method, path, headers, body } = judged.exchange.request;
      const reply = await request(target + path, { method, headers, ...(body ? { body } : {}) });
      const bytes = Buffer.from(await reply.body.arrayBuffer());
      const { 'transfer-encoding': _encoding, 'content-length': _length, ...rest } = reply.headers;
      outgoing.writeHead(reply.statusCode, {
        ...rest,
        ...(bytes.byteLength > 0 ? { 'content-length': bytes.byteLength } : {}),
      });
      outgoing.end(bytes);
    })().catch((cause: unknown) => {
      console.error(cause);
      outgoing.destroy();
    });
  });
  return { url: await listening(server), server };
}

/** Prism takes an int64 for a number that JavaScript holds exactly; ids of these APIs lie past that. */
function withoutNumberFormats(key: string, value: unknown): unknown {
  return key === 'format' && value === 'int64' ? undefined : value;
}

async function startPrism(
  { loaded, setting }: KitContract,
  upstream: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const document = join(await mkdtemp(join(tmpdir(), 'polyface-prism-')), 'document.json');
  const published = publishDocument(loaded.documentSource, setting.profile);
  await writeFile(document, JSON.stringify(published, withoutNumberFormats));
  const child = spawn(
    process.execPath,
    [
      join(root, 'judges/node_modules/@stoplight/prism-cli/dist/index.js'),
      'proxy',
      document,
      upstream,
      '--port',
      String(port),
      '--errors',
      '--validate-request',
      'false',
      '--verboseLevel',
      'error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  await reachable(url, child);
  return {
    url,
    async stop() {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill()) await ended;
    },
  };
}

async function reachable(url: string, child: ChildProcess): Promise<void> {
  for (let second = 0; second < PRISM_START_SECONDS * 4; second += 1) {
    if (child.exitCode !== null) throw new Error(`Prism ended with ${child.exitCode}`);
    const answered = await fetch(`${url}/polyface-is-prism-there`).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await setTimeout(250);
  }
  throw new Error('Prism does not listen');
}

async function freePort(): Promise<number> {
  const server = createServer();
  const url = await listening(server);
  server.close();
  return Number(new URL(url).port);
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}
