import { readFile } from 'node:fs/promises';
import { DEMO_CLIENTS } from '../../test/contract/demo-clients.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import { median } from '../measure/median.ts';
import { costOfTree, watchPeakMemory } from '../measure/process-tree.ts';

const PICTURE = 'test/fixtures/second-decoder/twelve-megapixels.heic';
const NATIVE = { authorization: 'Bearer demo-native-key' };

/**
 * A telephone's HEIC of 12 megapixels, uploaded through Timbu and through native and read back through every dialect, renditions included. Every
 * upload has other bytes than the one before, so that each is decoded.
 */
export async function heicScenario(run: BenchRun): Promise<Measure[]> {
  const picture = await readFile(PICTURE);
  // One worker, so that its memory is that of one picture.
  const gateway = await run.startGateway('heic', { imaging: { workers: 1 } });
  const timbu = DEMO_CLIENTS.find(({ dialect }) => dialect === 'timbu');
  if (!timbu) throw new Error('the demo has no client of Timbu');
  const image = `${gateway.baseUrl}/native/v1/subjects/ada/image`;
  const uploads = {
    Timbu: (bytes: Buffer) => timbu.upload(gateway.baseUrl, bytes, 'IMG_0001.HEIC'),
    native: (bytes: Buffer) =>
      fetch(image, {
        method: 'PUT',
        headers: { ...NATIVE, 'content-type': 'image/heic' },
        body: new Uint8Array(bytes),
      }),
  };
  const measures: Measure[] = [];
  let count = 0;
  try {
    const memory = watchPeakMemory(gateway.pid);
    for (const [dialect, upload] of Object.entries(uploads)) {
      const seconds: { readonly uploading: number; readonly reading: number }[] = [];
      for (let round = 0; round < run.scale.rounds; round += 1) {
        count += 1;
        const before = await costOfTree(gateway.pid);
        await expectOk(await upload(Buffer.concat([picture, Buffer.alloc(count)])));
        const between = await costOfTree(gateway.pid);
        for (const client of DEMO_CLIENTS) {
          await expectOk(await fetch((await client.address(gateway.baseUrl)) ?? 'no address'));
        }
        await expectOk(await fetch(image, { headers: NATIVE }));
        const after = await costOfTree(gateway.pid);
        seconds.push({
          uploading: between.processorSeconds - before.processorSeconds,
          reading: after.processorSeconds - between.processorSeconds,
        });
      }
      measures.push({
        work: `HEIC, 12 MP, through ${dialect}`,
        measure: 'processor time of the upload and of a reading in every dialect',
        value: median(seconds.map(({ uploading, reading }) => uploading + reading)),
        unit: 's',
        budget: { atMost: 4 },
        details: {
          uploadSeconds: median(seconds.map(({ uploading }) => uploading)),
          readingSeconds: median(seconds.map(({ reading }) => reading)),
        },
      });
    }
    measures.push({
      work: 'HEIC, 12 MP',
      measure: 'peak memory of the gateway and its one worker',
      value: Math.round((await memory.stop()) / 1024 / 1024),
      unit: 'MiB',
    });
    return measures;
  } finally {
    await gateway.stop();
  }
}

async function expectOk(answer: Response): Promise<void> {
  const body = await answer.arrayBuffer();
  if (!answer.ok)
    throw new Error(`${answer.url} answered ${answer.status}: ${Buffer.from(body).toString().slice(0, 300)}`);
}
