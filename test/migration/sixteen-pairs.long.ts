import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture, readMark } from '../chaos/marked-picture.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { CLIENTS, LEGACY_DIALECTS, type LegacyDialect, pictureThrough } from './support/legacy-clients.ts';
import { backendSettings, startBackend, startShim } from './support/start-shim.ts';

/** The picture that the client is shown is the backend's, and so is its address, where the answer prints one. */
const KEPT = ['kept image.rendition', 'kept image.url'];

/** What the answers of a dialect say otherwise than it would: what no backend of another one tells, and the picture itself. */
const MADE_UP: Readonly<Record<LegacyDialect, readonly string[]>> = {
  'capillary-v2': [
    'defaulted image.writtenAt',
    'synthesised image.handle',
    'synthesised image.id',
    'kept image.rendition',
  ],
  'magicline-v1': KEPT,
  smartsheet: ['synthesised image.id', 'kept image.rendition'],
  timbu: KEPT,
};

/** A Timbu request names no person. It concerns the bearer of the credential. */
function lossesOf(dialect: LegacyDialect, speaks: LegacyDialect): string[] {
  const losses = [...MADE_UP[dialect], ...(speaks === 'timbu' ? ['synthesised subject'] : [])];
  return losses.sort();
}

describe.each(LEGACY_DIALECTS)('in front of a %s backend', (speaks) => {
  let backend: DemoGateway;
  let shim: DemoGateway;

  beforeAll(async () => {
    backend = await startBackend();
    shim = await startShim(
      LEGACY_DIALECTS.map((dialect) =>
        backendSettings(dialect, backend.url, { speaks, lossHeader: 'X-Losses' }),
      ),
    );
  });
  afterAll(async () => {
    await shim.stop();
    await backend.stop();
  });

  it.each(LEGACY_DIALECTS)(
    'the shim carries an upload of a %s client over, and reads it back',
    async (dialect) => {
      const number = 100 + LEGACY_DIALECTS.indexOf(dialect);
      const answer = await CLIENTS[dialect].put(shim.url, markedPicture(number));
      expect([answer.status, await answer.text()]).toEqual([200, expect.anything()]);
      const through = await pictureThrough(dialect, shim.url);
      expect(through && readMark(through)).toBe(number);
      const behind = await pictureThrough(speaks, backend.url);
      expect(behind && readMark(behind)).toBe(number);
    },
  );

  it.each(LEGACY_DIALECTS)(
    'the shim names what a plain upload of a %s client loses, and nothing else',
    async (dialect) => {
      const answer = await CLIENTS[dialect].put(shim.url, markedPicture(7));
      await answer.text();
      const named = answer.headers.get('x-losses')?.split(', ').sort();
      expect(named).toEqual(dialect === speaks ? undefined : lossesOf(dialect, speaks));
    },
  );

  it.each(LEGACY_DIALECTS)(
    'the shim refuses what is no picture in the words of %s, and changes nothing',
    async (dialect) => {
      const text = Buffer.alloc(20_000, 'no picture');
      const before = await pictureThrough(speaks, backend.url);
      const [ours, theirs] = await Promise.all([
        CLIENTS[dialect].put(shim.url, text),
        CLIENTS[dialect].put(backend.url, text),
      ]);
      expect(ours.status).toBe(theirs.status);
      expect(await namesIn(ours)).toEqual(await namesIn(theirs));
      const after = await pictureThrough(speaks, backend.url);
      expect(after?.equals(before ?? Buffer.alloc(0))).toBe(true);
    },
  );
});

/** Without v1's arguments of the message: a backend of another dialect need not say what it detected. */
async function namesIn(answer: Response): Promise<string[]> {
  const names = Object.keys((await answer.json()) as object);
  return names.filter((name) => name !== 'args' && name !== 'typedArgs');
}
