import { describe, expect, it } from '@jest/globals';
import { openWindow } from '../../src/census/brown-outs.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { load, refusal, SMALLEST } from '../settings/write-settings.ts';

const WINDOW = { from: '2026-03-01T10:00:00Z', until: '2026-03-01T10:15:00Z' };
const at = (text: string) => Date.parse(text);

describe('a brown-out', () => {
  it('a brown-out is open from its beginning until its end', () => {
    const moments = ['09:59:59', '10:00:00', '10:14:59', '10:15:00'];
    expect(moments.map((time) => openWindow(WINDOW, at(`2026-03-01T${time}Z`)) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('a brown-out is repeated where the settings say so, and never before its first time', () => {
    const daily = { ...WINDOW, repeatHours: 24 };
    expect(openWindow(daily, at('2026-03-05T10:05:00Z'))).toEqual({ endsAtMs: at('2026-03-05T10:15:00Z') });
    expect(openWindow(daily, at('2026-03-05T10:16:00Z'))).toBeUndefined();
    expect(openWindow(daily, at('2026-02-28T10:05:00Z'))).toBeUndefined();
    expect(openWindow(WINDOW, at('2026-03-05T10:05:00Z'))).toBeUndefined();
  });

  it('a brown-out answers in the dialect and says when it is over; other operations go on', async () => {
    const sandbox = await startSandbox({
      clock: new Date('2026-03-01T10:05:00Z'),
      settings: (demo) => ({
        ...demo,
        brownOuts: [
          {
            ...WINDOW,
            dialect: 'magicline-v1',
            operations: ['updateImage'],
            fraction: 1,
            problem: 'overloaded',
          },
        ],
      }),
    });
    const headers = { 'x-api-key': 'demo-v1-key' };
    const refused = await fetch(`${sandbox.url}/v1/customers/1002/images`, { method: 'PUT', headers });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '600']);
    expect(await refused.json()).toMatchObject({ errorCode: 'error.unavailable' });
    expect((await fetch(`${sandbox.url}/v1/customers/1002`, { headers })).status).toBe(200);
    sandbox.clock.advance(11 * 60_000);
    const later = await fetch(`${sandbox.url}/v1/customers/1002/images`, { method: 'PUT', headers });
    expect(later.status).toBe(400);
    await sandbox.stop();
  });

  it('a brown-out concerns only a part of the calls where a fraction is named', async () => {
    const sandbox = await startSandbox({
      clock: new Date('2026-03-01T10:05:00Z'),
      seed: 'fraction',
      settings: (demo) => ({
        ...demo,
        brownOuts: [{ ...WINDOW, dialect: 'timbu', operations: [], fraction: 0.5, problem: 'rate-limited' }],
      }),
    });
    const statuses = [];
    for (let call = 0; call < 40; call += 1) {
      const headers = { authorization: 'Bearer demo-timbu-ada' };
      statuses.push((await fetch(`${sandbox.url}/users/me`, { headers })).status);
    }
    await sandbox.stop();
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it('a brown-out is refused in the settings where it makes no sense', async () => {
    const odd = (text: string) => refusal(`${SMALLEST}brownOuts: [${text}]\n`);
    expect(
      (
        await load(
          `${SMALLEST}brownOuts: [{ dialect: timbu, from: 2026-03-01T10:00:00Z, until: 2026-03-01T11:00:00Z }]\n`,
        )
      ).brownOuts,
    ).toEqual([
      {
        dialect: 'timbu',
        operations: [],
        from: '2026-03-01T10:00:00Z',
        until: '2026-03-01T11:00:00Z',
        fraction: 1,
        problem: 'overloaded',
      },
    ]);
    expect(await odd('{ dialect: timbu, from: 2026-03-01T10:00:00Z, until: 2026-03-01T09:00:00Z }')).toEqual([
      expect.stringContaining('ends before it begins'),
    ]);
    expect(await odd('{ dialect: latin, from: 2026-03-01T10:00:00Z, until: 2026-03-01T11:00:00Z }')).toEqual([
      expect.stringContaining('latin'),
    ]);
    expect(await odd('{ dialect: timbu, from: soon, until: 2026-03-01T11:00:00Z }')).not.toEqual([]);
  });
});
