import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readKnownDeviations } from '../../src/conformance/known-deviations.ts';
import { reportJson } from '../../src/conformance/reports/report-json.ts';
import { reportJunit } from '../../src/conformance/reports/report-junit.ts';
import { writeExchanges } from '../../src/conformance/reports/write-exchanges.ts';
import { runConformance } from '../../src/conformance/run-conformance.ts';
import { aJpeg } from '../support/pictures.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { demoContract, startInProfile } from './demo-contract.ts';

let gateway: DemoGateway;
let folder: string;
const address = () => `${gateway.url}/native/v1/subjects/ada/image`;
const headers = { authorization: 'Bearer demo-native-key' };

beforeAll(async () => {
  gateway = await startInProfile('documented');
  folder = await mkdtemp(join(tmpdir(), 'polyface-conform-'));
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

describe('a run of the kit', () => {
  it('a run of the kit reads only, unless it is allowed to write', async () => {
    const contract = await demoContract('native', 'documented', gateway.url);
    const { results } = await runConformance(contract);
    expect(results.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    const sent = results.flatMap(({ exchanges }) => exchanges.map(({ request }) => request));
    expect(sent.filter(({ method, body }) => method === 'DELETE' || body !== undefined)).toEqual([]);
    expect((await fetch(address(), { headers })).status).toBe(404);
  });

  it('a run of the kit puts the picture back that it found', async () => {
    await fetch(address(), {
      method: 'PUT',
      headers,
      body: new Uint8Array(await aJpeg({ width: 50, height: 40 })),
    });
    const before = await readPicture();
    const contract = await demoContract('native', 'documented', gateway.url);
    const { conforms, notes } = await runConformance(contract, {
      write: true,
      only: ({ id }) => /stores-small|deletes/.test(id),
    });
    expect({ conforms, notes }).toEqual({ conforms: true, notes: [] });
    const after = await readPicture();
    expect([after.width, after.height]).toEqual([before.width, before.height]);
  });

  it('a run of the kit leaves nothing behind where there was nothing and the dialect can delete', async () => {
    await fetch(address(), { method: 'DELETE', headers });
    const contract = await demoContract('native', 'documented', gateway.url);
    const { notes } = await runConformance(contract, {
      write: true,
      only: ({ id }) => id.includes('stores'),
    });
    expect(notes).toEqual([]);
    expect((await fetch(address(), { headers })).status).toBe(404);
  });

  async function readPicture(): Promise<{ readonly width: number; readonly height: number }> {
    const { inspectPicture } = await import('../../src/conformance/pictures/inspect-picture.ts');
    const answer = await fetch(address(), { headers });
    const { width = 0, height = 0 } = inspectPicture(Buffer.from(await answer.arrayBuffer()));
    return { width, height };
  }
});

describe('known deviations', () => {
  const only = ({ id }: { readonly id: string }) => id.startsWith('getImage/credential');

  it('known deviations forgive a case that fails, and fail the run once it passes', async () => {
    const contract = await demoContract('native', 'documented', gateway.url);
    const odd = { ...contract, target: { ...contract.target, headers: {} } };
    const known = new Map([['getImage/answers', 'the test has no key']]);
    const answers = ({ id }: { readonly id: string }) => id === 'getImage/answers';
    const failing = await runConformance(odd, { only: answers, known });
    expect([failing.conforms, failing.results[0]?.verdict]).toEqual([true, 'known']);
    const passing = await runConformance(contract, { only: answers, known });
    expect([passing.conforms, passing.results[0]?.verdict]).toEqual([false, 'mended']);
  });

  it('known deviations fail the run where they name no case', async () => {
    const contract = await demoContract('native', 'documented', gateway.url);
    const report = await runConformance(contract, { only, known: new Map([['getImage/nonsense', 'why']]) });
    expect(report.conforms).toBe(false);
    expect(report.notes.join()).toContain('getImage/nonsense');
  });

  it('known deviations need a reason', async () => {
    const file = join(folder, 'known.yaml');
    await writeFile(file, '- case: getImage/answers\n');
    await expect(readKnownDeviations(file)).rejects.toThrow('needs a case and a reason');
    await writeFile(file, '- case: getImage/answers\n  reason: it is old\n');
    expect(await readKnownDeviations(file)).toEqual(new Map([['getImage/answers', 'it is old']]));
  });
});

describe('the reports', () => {
  it('the reports hold every case, and the raw bytes of every exchange', async () => {
    const contract = await demoContract('native', 'documented', gateway.url);
    const report = await runConformance(contract, { only: ({ id }) => id.startsWith('getImage/') });
    const parsed = JSON.parse(reportJson(report)) as { results: unknown[]; conforms: boolean };
    expect([parsed.results.length, parsed.conforms]).toEqual([report.results.length, true]);
    const xml = reportJunit(report);
    expect(xml.match(/<testcase /g)).toHaveLength(report.results.length);
    expect(xml).toContain('failures="0"');
    const [first] = report.results;
    if (!first) throw new Error('no result');
    await writeExchanges(folder, first);
    const [place = ''] = await readdir(folder).then((names) =>
      names.filter((name) => name.startsWith('getImage')),
    );
    expect((await readFile(join(folder, place, '1.request'))).toString()).toMatch(/^GET \/native\/v1\//);
    expect((await readFile(join(folder, place, '1.answer'))).toString()).toMatch(/^HTTP\/1\.1 \d{3}\r\n/);
  });
});
