import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { type BenchRequest, driveLoad, type LoadResult } from '../measure/drive-load.ts';
import { v1Body, v1Get, v1Put } from './legacy-requests.ts';
import { plainCost } from './plain-cost.ts';
import { inRounds, medianOf } from './rounds.ts';

const CONNECTIONS = 8;
const REQUESTS = 1500;
const CUSTOMER = 7300;

/** Signed downloads, whole, conditional and in part, against `express.static`; and a read of the customer. */
export async function readScenarios(run: BenchRun, picture: Buffer): Promise<Measure[]> {
  const gateway = await run.startGateway('reads');
  const files = await run.startServer('static-server.ts');
  try {
    const download = await uploadAndFetch(gateway, picture);
    await writeFile(join(run.folder, 'download.jpg'), download.bytes);
    const own = (headers: Record<string, string>, expect: number) =>
      getter(gateway, { path: download.path, headers, expect });
    const theirs = (headers: Record<string, string>, expect: number) =>
      getter(files, { path: '/download.jpg', headers, expect });
    const staticEtag = (await request(`${files.baseUrl}/download.jpg`, { method: 'HEAD' })).headers.etag;
    const range = { range: 'bytes=0-9999' };
    return [
      await against(
        run,
        'signed download, 100 KB',
        own({}, 200),
        theirs({}, 200),
        { atLeast: 0.9 },
        download.bytes,
      ),
      await against(
        run,
        'signed download, 304',
        own({ 'if-none-match': download.etag }, 304),
        theirs({ 'if-none-match': String(staticEtag) }, 304),
      ),
      await against(run, 'signed download, Range', own(range, 206), theirs(range, 206)),
      await plainCost(run, 'GET customer (JSON)', getter(gateway, { ...v1Get(CUSTOMER) })),
    ];
  } finally {
    await gateway.stop();
    await files.stop();
  }
}

type Load = (effort: number) => Promise<LoadResult>;

function getter(server: ChildServer, get: Pick<BenchRequest, 'path' | 'headers' | 'expect'>): Load {
  return (effort) =>
    driveLoad(server, () => ({ method: 'GET', ...get }), {
      requests: Math.round(REQUESTS * effort),
      connections: CONNECTIONS,
    });
}

/** Uploads the picture and downloads it by the address that the answer prints. */
export async function uploadAndFetch(gateway: ChildServer, picture: Buffer) {
  const put = v1Put(CUSTOMER, v1Body(picture));
  const answer = await request(gateway.baseUrl + put.path, {
    method: 'PUT',
    headers: { ...put.headers, ...put.body?.headers },
    ...(put.body ? { body: put.body.bytes } : {}),
  });
  const { imageUrl } = (await answer.body.json()) as { imageUrl: string };
  const fetched = await request(imageUrl);
  const { pathname, search } = new URL(imageUrl);
  return {
    path: pathname + search,
    etag: String(fetched.headers.etag),
    bytes: Buffer.from(await fetched.body.arrayBuffer()),
  };
}

async function against(
  run: BenchRun,
  work: string,
  own: Load,
  theirs: Load,
  budget?: Measure['budget'],
  body?: Buffer,
): Promise<Measure> {
  await own(1);
  await theirs(1);
  const rounds = await inRounds(run, { own, theirs });
  return {
    work,
    measure: 'throughput / express.static',
    value: medianOf(rounds, (round) => round.own.perSecond / round.theirs.perSecond),
    ...(budget ? { budget } : {}),
    details: {
      gatewayPerSecond: medianOf(rounds, (round) => round.own.perSecond),
      staticPerSecond: medianOf(rounds, (round) => round.theirs.perSecond),
      gatewayMs: medianOf(rounds, (round) => round.own.processorMs),
      staticMs: medianOf(rounds, (round) => round.theirs.processorMs),
      ...(body ? { bytes: body.byteLength } : {}),
    },
  };
}
