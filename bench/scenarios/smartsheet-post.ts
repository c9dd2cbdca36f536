import type { BenchPicture } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import { driveLoad } from '../measure/drive-load.ts';
import { smartsheetPost } from './legacy-requests.ts';
import { plainCost } from './plain-cost.ts';
import { inTurn } from './rounds.ts';

const CONNECTIONS = 4;
const REQUESTS = 24;
const FIRST_USER = 48_569_348_493_401_200;

/** A raw upload. Its rendition is another than v1's, so that there is no floor to hold it against: plain figures. */
export async function smartsheetPostScenario(run: BenchRun, picture: BenchPicture): Promise<Measure[]> {
  const gateway = await run.startGateway('smartsheet');
  const nextPicture = inTurn(picture.variants);
  const load = (effort: number) =>
    driveLoad(gateway, (_index, sender) => smartsheetPost(FIRST_USER + 8 * sender, nextPicture(sender)), {
      requests: Math.max(CONNECTIONS, Math.round(REQUESTS * effort)),
      connections: CONNECTIONS,
    });
  try {
    await load(0.3);
    return [await plainCost(run, 'Smartsheet, raw 12 MP JPEG', load)];
  } finally {
    await gateway.stop();
  }
}
