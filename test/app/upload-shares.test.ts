import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { aJpeg } from '../support/pictures.ts';
import { beginSlowUpload, type SlowUpload } from '../support/slow-upload.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

let folder: string;
let gateway: GatewayProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-shares-'));
  const config = join(folder, 'polyface.yaml');
  // Slow as they are, none of them is cut while the test runs.
  const limits = 'limits: { bodyTimeoutSeconds: 3600, minBytesPerSecond: 0, drainSeconds: 1 }\n';
  await writeFile(config, `${await readFile(DEMO_FILE, 'utf8')}\n${limits}`);
  gateway = await startGatewayProcess(['--config', config, '--data-dir', join(folder, 'data')]);
});
afterAll(async () => {
  await gateway.end();
  await rm(folder, { recursive: true, force: true });
});

async function upload(key: string, customer: string): Promise<number> {
  const form = new FormData();
  const picture = await aJpeg({ width: 60, height: 60 });
  form.set('image', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'me.jpg');
  const response = await fetch(`${gateway.url}/v1/customers/${customer}/images`, {
    method: 'PUT',
    headers: { 'x-api-key': key },
    body: form,
  });
  await response.arrayBuffer();
  return response.status;
}

it("the gateway goes on taking uploads of other tenants while one tenant's key has 256 slow ones under way", async () => {
  const slow: SlowUpload[] = [];
  try {
    for (let count = 0; count < 256; count += 1) {
      slow.push(
        await beginSlowUpload(gateway.url, 'PUT /v1/customers/1002/images', {
          headers: { 'X-Api-Key': 'demo-v1-key' },
        }),
      );
    }
    // Half of the places is all that one credential gets: the first of the others is told so.
    expect(await Promise.race(slow.map(({ statusLine }) => statusLine))).toMatch(/ 503 /);
    expect(await upload('demo-other-v1-key', '9001')).toBe(200);
    // Nor does it take the places of the same tenant's other credentials.
    const other = await fetch(`${gateway.url}/native/v1/subjects/tom/image`, {
      method: 'PUT',
      headers: { authorization: 'Bearer demo-native-key', 'content-type': 'image/jpeg' },
      body: new Uint8Array(await aJpeg({ width: 60, height: 60 })),
    });
    expect(other.ok).toBe(true);
  } finally {
    for (const { socket } of slow) socket.destroy();
  }
});
