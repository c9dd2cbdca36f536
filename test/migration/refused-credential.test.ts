import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type BackendProcess, startBackendProcess } from './support/backend-process.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

describe('a credential of the gateway that the backend refuses', () => {
  let backend: BackendProcess;
  let house: ShimHouse;
  let shim: GatewayProcess;

  beforeAll(async () => {
    backend = await startBackendProcess();
    await backend.setFault('refuse');
    house = await createShimHouse({
      backendUrl: backend.url,
      crowd: 1,
      backend: {
        credential: { kind: 'subject-jwt', secret: 'not the secret of the backend' },
        passCredential: false,
        takesUnknown: false,
      },
    });
    shim = await house.start();
  });
  afterAll(async () => {
    await shim.end();
    await backend.stop();
    await house.remove();
  });

  it('a credential of the gateway that the backend refuses is named in the log at its first use, with its kind and whom it was for, and counted', async () => {
    for (let request = 0; request < 3; request += 1) {
      const answer = await fetch(`${shim.url}/v1/customers/5000`, {
        headers: { 'x-api-key': 'demo-v1-key' },
      });
      expect(answer.status).toBe(401);
    }
    await shim.waitForOutput(/refuses the gateway's own credential \(subject-jwt\) for 5000/);
    expect(shim.output().match(/refuses the gateway's own credential/g)).toHaveLength(1);
  });
});
