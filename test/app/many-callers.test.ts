import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const SECRET = new TextEncoder().encode('demo-timbu-secret');

let gateway: DemoGateway;
beforeAll(async () => {
  gateway = await startDemoGateway();
});
afterAll(() => gateway.stop());

async function callAs(person: string): Promise<number> {
  const token = await new SignJWT({ user_id: person })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5 minutes')
    .sign(SECRET);
  const answer = await fetch(`${gateway.url}/users/me`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

async function metricsSeries(): Promise<string[]> {
  const lines = (await gateway.registry.metrics()).split('\n').filter((line) => !line.startsWith('#'));
  return lines.map((line) => line.replace(/ [^ ]*$/, '')).filter((series) => series.startsWith('polyface_'));
}

it('metrics have no more series after 50 callers with JWTs than after one, and name none of them', async () => {
  expect(await callAs('made-up-0')).toBe(await callAs('made-up-1'));
  const few = await metricsSeries();
  for (let person = 2; person < 50; person += 1) await callAs(`made-up-${person}`);
  const many = await metricsSeries();
  expect(few.some((series) => series.includes('timbu'))).toBe(true);
  expect(many.sort()).toEqual(few.sort());
  expect(many.join('\n')).not.toContain('made-up');
});
