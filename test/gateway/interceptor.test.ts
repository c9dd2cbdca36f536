import { afterEach, describe, expect, it } from '@jest/globals';
import { ProblemError } from '../../src/domain/index.ts';
import type { InterceptedCall, Interception } from '../../src/gateway/interceptor.ts';
import type { RequestReport } from '../../src/gateway/reports/request-report.ts';
import { aPng } from '../support/pictures.ts';
import { type RunningGateway, startGateway } from './support/start-gateway.ts';

let gateway: RunningGateway;
const reports: RequestReport[] = [];

afterEach(() => gateway.stop());

async function start(intercept: (call: InterceptedCall) => Promise<Interception>): Promise<void> {
  reports.length = 0;
  gateway = await startGateway({ interceptor: { intercept }, observers: [(report) => reports.push(report)] });
}

const KEY = { 'x-plain-key': 'plain-writer-key' };
const get = (path: string, headers: Record<string, string> = KEY) => fetch(gateway.url + path, { headers });

describe('an interceptor', () => {
  it('an interceptor can take over every request below a mount, byte for byte, before the gateway reads a byte', async () => {
    await start(async ({ request, response, operationId }) => {
      response.writeHead(207, ['X-Seen', operationId ?? 'none']);
      let bytes = 0;
      for await (const chunk of request) bytes += (chunk as Buffer).length;
      response.end(`took ${bytes}`);
      return 'taken';
    });
    const png = new Uint8Array(await aPng());
    const put = await fetch(`${gateway.url}/plain/v1/people/ada/pictures`, { method: 'PUT', body: png });
    expect([put.status, put.headers.get('x-seen'), await put.text()]).toEqual([
      207,
      'putPictures',
      `took ${png.length}`,
    ]);
    expect((await get('/plain/v1/unknown/path')).headers.get('x-seen')).toBe('none');
    expect(reports.map(({ status }) => status)).toEqual([207, 207]);
  });

  it('an interceptor can replace the executor and add headers', async () => {
    await start(async (call) => {
      const principal = await call.authenticate();
      return {
        executor: {
          open: () => Promise.reject(new ProblemError({ kind: 'subject-not-found' })),
          execute: () => Promise.reject(new Error('never asked')),
        },
        headers: () => ({ 'X-Tenant': principal?.tenant ?? 'none' }),
      };
    });
    const refused = await get('/plain/v1/people/ada');
    expect([refused.status, await refused.json()]).toEqual([404, { plain: 'subject-not-found' }]);
  });

  it('an interceptor can let everything pass, good or bad', async () => {
    await start(async () => undefined);
    expect((await get('/plain/v1/people/ada')).status).toBe(200);
    expect((await get('/plain/v1/people/ada', {})).status).toBe(401);
    expect((await get('/plain/v1/unknown')).status).toBe(404);
  });

  it('an interceptor fails in the words of the dialect', async () => {
    await start(async () => {
      throw new ProblemError({ kind: 'overloaded', retryAfterSeconds: 1 });
    });
    const busy = await get('/plain/v1/people/ada');
    expect([busy.status, await busy.json()]).toEqual([503, { plain: 'overloaded' }]);
  });

  it("an interceptor does not see downloads and the gateway's own pages", async () => {
    await start(() => Promise.reject(new Error('not asked')));
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/images/d/nonsense')).status).toBe(403);
  });
});
