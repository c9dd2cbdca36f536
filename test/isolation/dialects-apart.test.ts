import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningDemo, startDemo } from './running-demo.ts';
import { demo } from './sides.ts';

let running: RunningDemo;

beforeAll(async () => {
  running = await startDemo((settings) => settings);
});
afterAll(() => running.stop());

/** Where each dialect shows a person of the demo. */
const readings: Readonly<Record<string, string>> = {
  'capillary-v2': '/v2/customers/565039506?source=INSTORE',
  'magicline-v1': '/v1/customers/1002',
  smartsheet: '/2.0/users/48569348493401201',
  timbu: '/users/me',
  native: '/native/v1/subjects/ada/image',
};
const pairs = Object.keys(readings).flatMap((of) =>
  Object.keys(readings).map((at) => [of, at, of === at] as const),
);

describe('a credential', () => {
  it.each(pairs)('a credential of %s is good at %s: %s', async (of, at, good) => {
    const headers = demo.headers[of] ?? {};
    const { status } = await running.ask({ method: 'GET', path: readings[at] ?? '', headers }, demo, at);
    expect(status === 401).toBe(!good);
  });
});
