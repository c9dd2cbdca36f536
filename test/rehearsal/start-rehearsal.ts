import { type CapillaryProcess, startCapillaryProcess } from '../migration/support/independent-capillary.ts';
import { createShimHouse, crowdSubject, type ShimHouse } from '../migration/support/shim-process.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type Crowd, createCrowd } from './crowd.ts';

/** Which share of the backend's answers is an error. */
export const SPOILT_SHARE = 0.1;

/** Everything that a migration under load is made of. */
export interface Rehearsal {
  /** An independent Capillary server that fails one request in ten. */
  readonly backend: CapillaryProcess;
  readonly house: ShimHouse;
  /** Each gateway that is started is added here. The crowd sends requests to all of them in turn. */
  readonly gateways: GatewayProcess[];
  /** Every one of them has a picture at the backend. */
  readonly crowd: Crowd;
  stop(): Promise<void>;
}

/** Makes a backend with pictures, the settings of gateways in front of it, and clients who have not begun yet. */
export async function startRehearsal(options: {
  readonly subjects: number;
  readonly clients: number;
  /** People are made from their ids; else the settings list them. */
  readonly open: boolean;
  readonly backend?: Readonly<Record<string, unknown>>;
}): Promise<Rehearsal> {
  const backend = await startCapillaryProcess();
  const house = await createShimHouse({
    backendUrl: backend.url,
    crowd: options.subjects,
    open: options.open,
    backend: {
      dialect: 'capillary-v2',
      credential: {
        kind: 'basic',
        username: 'store.server',
        password: 'server123',
        passwordDigest: 'md5-hex',
      },
      ...options.backend,
    },
  });
  const customers = Array.from({ length: options.subjects }, (_, number) => crowdSubject(number).customer);
  const gateways: GatewayProcess[] = [];
  const crowd = createCrowd({
    customers,
    clients: options.clients,
    urls: () => gateways.map(({ url }) => url),
  });
  async function stop(): Promise<void> {
    await crowd.stop();
    for (const gateway of gateways) await gateway.end();
    await backend.stop();
    await house.remove();
  }
  try {
    await crowd.seed(backend.url);
    crowd.tally.writes = 0;
    await backend.spoil(SPOILT_SHARE);
    return { backend, house, gateways, crowd, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
