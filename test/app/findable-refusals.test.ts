import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aJpeg } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

let gateway: DemoGateway;
beforeAll(async () => {
  gateway = await startDemoGateway();
});
afterAll(() => gateway.stop());

/** Uploads what is no picture, or too much of one; gives the line that the log has of it. */
async function refusedUpload(file: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const form = new FormData();
  form.append('image', new Blob([file]), 'a.jpg');
  const response = await fetch(`${gateway.url}/v1/customers/1002/images`, {
    method: 'PUT',
    headers: { 'x-api-key': 'demo-v1-key', ...headers },
    body: form,
  });
  return { status: response.status, line: await lineOf(response) };
}

/** The line that the log has of a request. */
async function lineOf(response: Response) {
  await response.arrayBuffer();
  const requestId = response.headers.get('x-request-id');
  for (;;) {
    const line = gateway.logLines.find((one) => one.requestId === requestId && one.msg === 'request');
    if (line) return line;
    await new Promise(setImmediate);
  }
}

describe('the log line of a refused upload', () => {
  it('the log line of a refused upload says which types are accepted where the bytes are of none of them', async () => {
    const { line } = await refusedUpload(new Uint8Array(Buffer.from('no picture at all')));
    expect(line).toMatchObject({
      problem: 'unsupported-format',
      refusal: expect.stringMatching(/^unsupported-format: accepted jpeg/),
    });
  });

  it('the log line of a refused upload names the limit and the size where the file is too large', async () => {
    const { status, line } = await refusedUpload(new Uint8Array(30 * 1024 * 1024));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(line.refusal).toMatch(/limit\w* \d+/);
  });

  it('the log line of a refused upload names the person by key once they were found, and never by an id', async () => {
    const { line } = await refusedUpload(new Uint8Array(Buffer.from('no picture')));
    expect(line.subjectKey).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify({ ...line, path: '' })).not.toMatch(/ada|lovelace/i);
  });

  it('the log line of a refused upload has the X-Request-Id of its client, and leaves a malformed one out', async () => {
    const id = '7f0c2a9e-5a57-4d3b-9d0f-3f1c4b1c7a11';
    const good = await refusedUpload(new Uint8Array(1), { 'x-request-id': id });
    expect(good.line.clientRequestId).toBe(id);
    const bad = await refusedUpload(new Uint8Array(1), { 'x-request-id': 'Ada Lovelace, 12 Street' });
    expect(bad.line.clientRequestId).toBeUndefined();
  });

  it('the log line of a refused request repeats no name of a parameter that no document declares', async () => {
    const headers = { 'x-api-key': 'demo-v1-key' };
    const response = await fetch(`${gateway.url}/v1/customers/1002?jane.doe@example.com%zz`, { headers });
    const line = await lineOf(response);
    expect(response.status).toBe(400);
    expect(line.refusal).toMatch(/^invalid-parameter: .*name ~/);
    expect(JSON.stringify(line)).not.toMatch(/jane|doe/);
  });

  it('the log line of a request that was not refused names no rule, but names the person as well', async () => {
    const { status, line } = await refusedUpload(new Uint8Array(await aJpeg({ width: 20, height: 20 })));
    expect(status).toBe(200);
    expect(line.refusal).toBeUndefined();
    expect(line.subjectKey).toMatch(/^[0-9a-f]{32}$/);
  });
});
