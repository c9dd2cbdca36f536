import { beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import { startBackendProcess } from './support/backend-process.ts';
import type { Fault } from './support/independent-server.ts';
import { createShimHouse } from './support/shim-process.ts';

const DIALECT = ['--dialect', 'magicline-v1'];

interface Parity {
  readonly operations: readonly { readonly compared: number; readonly verdicts: Record<string, number> }[];
  readonly notCompared: Readonly<Record<string, number>>;
  readonly differences: readonly {
    readonly paths: readonly string[];
    readonly values?: Readonly<Record<string, readonly [string, string]>>;
  }[];
}

/** What parity says after one upload and one read in shadow. */
async function parityAfterUploadAndRead(
  shadow: Readonly<Record<string, unknown>>,
  fault: Fault = 'none',
): Promise<Parity> {
  const backend = await startBackendProcess();
  const house = await createShimHouse({
    backendUrl: backend.url,
    crowd: 1,
    backend: { initialStage: 'shadow', shadow: { noiseEvery: 0, ...shadow } },
  });
  const shim = await house.start();
  try {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(markedPicture(1))], { type: 'image/jpeg' }), 'me.jpg');
    const headers = { 'x-api-key': 'demo-v1-key' };
    const put = { method: 'PUT', headers, body: form };
    await (await fetch(`${shim.url}/v1/customers/5000/images`, put)).arrayBuffer();
    await backend.setFault(fault);
    await (await fetch(`${shim.url}/v1/customers/5000`, { headers })).arrayBuffer();
    for (;;) {
      const { json } = await house.polyface('migrate', 'parity', ...DIALECT, '--differences');
      const parity = json as unknown as Parity;
      const compared = parity.operations.reduce((sum, one) => sum + one.compared, 0);
      const left = Object.values(parity.notCompared).reduce((sum, count) => sum + count, 0);
      if (compared + left >= 2) return parity;
    }
  } finally {
    await shim.end();
    await backend.stop();
    await house.remove();
  }
}

describe('the parity of a backend in a process of its own', () => {
  let found: Parity;
  /** Whatever differs between these two servers, as an operator would write it down who has looked at it. */
  let ignore: readonly string[];
  beforeAll(async () => {
    found = await parityAfterUploadAndRead({ keepValues: true });
    const paths = new Set(found.differences.flatMap((one) => one.paths));
    ignore = [...paths].map((path) => path.replace('header:', ''));
  });

  it('the parity of a backend finds headers that differ, and keeps both values where it may', () => {
    expect(ignore).toContain('x-content-type-options');
    expect(found.differences[0]?.values?.['header:x-content-type-options']).toEqual([
      '(absent)',
      '"nosniff"',
    ]);
  });

  it('the parity of a backend leaves out what the settings name', async () => {
    const { differences, notCompared: reasons, operations } = await parityAfterUploadAndRead({ ignore });
    expect([differences, reasons]).toEqual([[], {}]);
    expect(operations.reduce((sum, { compared }) => sum + compared, 0)).toBe(2);
  });

  it('the parity of a backend counts by reason a picture that it could not look at, and does not call it identical', async () => {
    const { notCompared: reasons, operations } = await parityAfterUploadAndRead(
      { ignore },
      'pictures elsewhere',
    );
    const unseen = reasons['picture: not given by the backend'] ?? 0;
    const compared = operations.reduce((sum, one) => sum + one.compared, 0);
    expect(unseen).toBeGreaterThanOrEqual(1);
    expect(compared + unseen).toBe(2);
  });
});
