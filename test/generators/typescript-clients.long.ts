import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DOCUMENTS, STEPS } from './documents.ts';
import { buildClients, tryClient } from './try-generator.ts';
import { TYPESCRIPT_GENERATORS } from './typescript-generators.ts';
import { type OpenWorkshop, openWorkshop } from './workshop.ts';

let shop: OpenWorkshop;
beforeAll(async () => {
  shop = await openWorkshop({ withPython: false });
});
afterAll(() => shop.close());

describe.each(TYPESCRIPT_GENERATORS)('a client of $name', (generator) => {
  beforeAll(async () => {
    expect(await buildClients(shop, generator)).toMatchObject({ ok: true });
  });

  it.each(DOCUMENTS)(
    'a generated client uploads a picture, reads it and sees an error: $label',
    async (document) => {
      expect(await tryClient(shop, generator, document)).toEqual({
        generator: generator.name,
        document: document.id,
        done: STEPS,
      });
    },
  );
});
