import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { startIndependentServer } from '../migration/support/independent-server.ts';
import { createShimHouse } from '../migration/support/shim-process.ts';
import { backendSettings, startShim } from '../migration/support/start-shim.ts';
import { createFaultyStore, type StoreFault } from './faulty-store.ts';
import { numberedPicture } from './numbered-picture.ts';

/* Prints what the shim costs the client: added latency, added memory, and the shadow's ratio of latencies. */

const KEY = { 'x-api-key': 'demo-v1-key' };
const ROUNDS = 1_000;
const BLOCK = 50;
const CONTESTANTS = [
  ['pass-through', 'none'],
  ['shadow', 'none'],
  ['shadow', 'hang'],
  ['shadow', 'crash'],
  ['shadow', 'lie'],
] as const;
const BLOCK_PAUSE_MS = 500;
const agent = new Agent({ connections: 4 });

async function getOnce(url: string): Promise<number> {
  const began = performance.now();
  const answer = await request(`${url}/v1/customers/1001`, { headers: KEY, dispatcher: agent });
  await answer.body.dump();
  return performance.now() - began;
}

async function putOnce(url: string, picture: Buffer): Promise<number> {
  const form = new FormData();
  form.set('image', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'me.png');
  const began = performance.now();
  const answer = await fetch(`${url}/v1/customers/1001/images`, { method: 'PUT', headers: KEY, body: form });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`a write answers ${answer.status}`);
  return performance.now() - began;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const round = (value: number) => Math.round(value * 100) / 100;

/**
 * Blocks of each in turn, now the one first and now the other, so that both see the same machine; the pause lets what a block leaves behind
 * not fall on the next one.
 */
async function sideBySide(
  rounds: number,
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<readonly [number[], number[]]> {
  const taken: readonly [number[], number[]] = [[], []];
  const acts = [one, other] as const;
  const block = async (which: 0 | 1) => {
    for (let at = 0; at < BLOCK; at += 1) taken[which].push(await acts[which]());
    await pause(BLOCK_PAUSE_MS);
  };
  for (const act of acts) for (let at = 0; at < 20; at += 1) await act();
  await pause(BLOCK_PAUSE_MS);
  for (let at = 0; at < rounds / BLOCK; at += 1) {
    const first = at % 2 === 0 ? 0 : 1;
    await block(first);
    await block(first === 0 ? 1 : 0);
  }
  return taken;
}

/** A shim in a process of its own, whose store misbehaves from the first request on. */
async function serveApart(
  stage: 'pass-through' | 'shadow',
  fault: StoreFault,
  backendUrl: string,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [import.meta.filename, stage, fault, backendUrl], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    async stop() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

/** What the process of `serveApart` does. */
async function serveHere([stage, fault, backendUrl]: readonly string[]): Promise<void> {
  const store = createFaultyStore();
  const shim = await startShim(
    [backendSettings('magicline-v1', backendUrl ?? '', { initialStage: stage as 'shadow' })],
    { store },
  );
  store.fault = fault as StoreFault;
  process.stdout.write(`${shim.url}\n`);
  process.stdin.resume();
  await once(process.stdin, 'end');
  process.exit(0);
}

/** Latency that pass-through adds, and the shadow's ratios with an own store that misbehaves. */
async function measureLatency(): Promise<void> {
  const backend = await startIndependentServer();
  const picture = await numberedPicture(1);
  const plain = await serveApart('pass-through', 'none', backend.url);
  const [direct, through] = await sideBySide(
    ROUNDS,
    () => getOnce(backend.url),
    () => getOnce(plain.url),
  );
  const added = quantile(through, 0.5) - quantile(direct, 0.5);
  console.log(
    `pass-through adds ${round(added)} ms at the median (${round(quantile(direct, 0.5))} → ${round(quantile(through, 0.5))})`,
  );
  // The first pair are two of a kind: what they differ by is the machine's.
  for (const [stage, fault] of CONTESTANTS) {
    const shadowing = await serveApart(stage, fault, backend.url);
    const [without, shadowed] = await sideBySide(
      ROUNDS,
      () => putOnce(plain.url, picture),
      () => putOnce(shadowing.url, picture),
    );
    const median = quantile(shadowed, 0.5) / quantile(without, 0.5);
    const p99 = quantile(shadowed, 0.99) / quantile(without, 0.99);
    console.log(
      `${stage}, own store: ${fault.padEnd(5)}  ratio of medians ${round(median)}, of p99 ${round(p99)} (${round(quantile(without, 0.5))} → ${round(quantile(shadowed, 0.5))} ms, p99 ${round(quantile(without, 0.99))} → ${round(quantile(shadowed, 0.99))} ms)`,
    );
    await shadowing.stop();
  }
  await plain.stop();
  await backend.stop();
}

/** Memory that bodies of 49 MB add to a gateway process in pass-through, over one that has served small ones for a while. */
async function measureMemory(): Promise<void> {
  const backend = await startIndependentServer();
  const house = await createShimHouse({ backendUrl: backend.url, crowd: 1 });
  const shim = await house.start();
  const pid = shim.child.pid ?? 0;
  for (let at = 0; at < 300; at += 1) await echo(shim.url, randomBytes(64 * 1024));
  const before = await residentMiB(pid);
  let peak = before;
  const look = async () => {
    peak = Math.max(peak, await residentMiB(pid));
  };
  const watch = setInterval(() => void look(), 20);
  const body = randomBytes(49 * 1024 * 1024);
  for (let at = 0; at < 8; at += 1) await echo(shim.url, body);
  clearInterval(watch);
  console.log(
    `pass-through of 8 bodies of 49 MB, there and back, adds ${round(peak - before)} MiB at the peak (${round(before)} → ${round(peak)})`,
  );
  await shim.end();
  await backend.stop();
  await house.remove();
}

/** Sends a body through to an operation that sends it back. */
async function echo(url: string, body: Buffer): Promise<void> {
  const answer = await request(`${url}/v1/undocumented`, {
    method: 'POST',
    headers: { ...KEY, 'content-type': 'application/x-odd', 'content-length': String(body.byteLength) },
    body: Readable.from(pieces(body)),
  });
  let back = 0;
  for await (const piece of answer.body as AsyncIterable<Buffer>) back += piece.byteLength;
  if (back !== body.byteLength) throw new Error(`${back} bytes came back`);
}

function* pieces(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.byteLength; at += 65_536) yield body.subarray(at, at + 65_536);
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

const role = process.argv.slice(2);
if (role.length === 3) await serveHere(role);
if (!process.env.MEMORY_ONLY) await measureLatency();
await measureMemory();
await agent.close();
