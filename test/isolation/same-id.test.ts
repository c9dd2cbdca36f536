import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aJpeg } from '../support/pictures.ts';
import { form } from './attempts.ts';
import { type RunningDemo, startDemo } from './running-demo.ts';
import { demo, other, type Side } from './sides.ts';

let running: RunningDemo;

beforeAll(async () => {
  running = await startDemo((settings) => ({
    ...settings,
    tenants: settings.tenants.map((tenant) =>
      tenant.id === 'other' ? { ...tenant, strictSubjects: false } : tenant,
    ),
  }));
});
afterAll(() => running.stop());

async function upload(by: Side, width: number): Promise<number> {
  const body = form('image', await aJpeg({ width, height: 100 }));
  const attempt = { method: 'PUT', path: '/v1/customers/1002/images', body };
  return (await running.ask(attempt, by, 'magicline-v1')).status;
}

/** The width of the picture that the demo sees; it tells whose picture it is. */
async function widthSeenByDemo(): Promise<string | undefined> {
  const { text } = await running.ask(
    { method: 'GET', path: '/2.0/users/48569348493401201' },
    demo,
    'smartsheet',
  );
  return /"width":(\d+)/.exec(text)?.[1];
}

describe('a tenant that makes a person of any id', () => {
  it('a tenant that takes in any id makes a person of its own under an id that another tenant uses, and neither sees the other', async () => {
    await expect(upload(demo, 300)).resolves.toBe(200);
    await expect(widthSeenByDemo()).resolves.toBe('300');
    const unseen = await running.ask({ method: 'GET', path: '/v1/customers/1002' }, other, 'magicline-v1');
    expect(unseen.text).not.toContain('imageUrl');
    expect(unseen.text).not.toContain('Ada');

    await expect(upload(other, 200)).resolves.toBe(200);
    await expect(widthSeenByDemo()).resolves.toBe('300');

    const seen = await running.ask(
      { method: 'GET', path: '/2.0/users/48569348493401201' },
      demo,
      'smartsheet',
    );
    const imageId = /"imageId":"([^"]+)"/.exec(seen.text)?.[1];
    const located = await running.ask(
      {
        method: 'POST',
        path: '/2.0/imageurls',
        headers: { ...other.headers.smartsheet, 'content-type': 'application/json' },
        body: JSON.stringify([{ imageId }]),
      },
      other,
      'smartsheet',
    );
    expect(located.text).toContain('"errorCode":5001');
  });
});
