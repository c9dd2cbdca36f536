import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PreflightReport } from '../../src/migration/preflight/preflight-report.ts';
import { type OddBackends, type Oddity, startOddBackends } from './support/odd-backend.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

const DIALECT = ['--dialect', 'magicline-v1'];

/**
 * The failed checks and the warnings of each oddity. Three warnings are always there: unknown names, an API
 * without deletes, and a picture that is a GIF.
 */
const JUDGED: readonly (readonly [
  Oddity,
  { readonly failed: readonly string[]; readonly warned?: string },
])[] = [
  ['plain', { failed: [] }],
  ['compressed', { failed: [] }],
  [
    'pictures elsewhere',
    { failed: ['pictures lie where they may be fetched', 'the backend shows pictures'] },
  ],
  [
    'redirecting',
    {
      failed: [
        'the backend does not redirect',
        'the backend shows pictures',
        'the backend’s answers are the dialect’s',
      ],
    },
  ],
  ['an hour ahead', { failed: [], warned: 'the clocks agree' }],
  ['another server', { failed: ['the backend shows pictures', 'the backend’s answers are the dialect’s'] }],
  ['refusing', { failed: ['the backend shows pictures', 'the gateway’s credential is accepted'] }],
  ['empty', { failed: ['the backend shows pictures'] }],
];

describe('the preflight of a migration', () => {
  let backends: OddBackends;
  let house: ShimHouse;

  beforeAll(async () => {
    backends = await startOddBackends();
    house = await createShimHouse({
      backendUrl: backends.baseUrl('plain'),
      crowd: 3,
      backend: { gate: { minSamples: 0, maxDifferentPercent: 100 } },
    });
    // The store has to be there.
    await (await house.start()).end();
  });
  afterAll(async () => {
    await house.remove();
    await backends.stop();
  });

  /** Puts another backend into the settings. */
  async function open(baseUrl: string): Promise<void> {
    const file = join(house.folder, 'shim.yaml');
    const settings = await readFile(file, 'utf8');
    await writeFile(file, settings.replace(/baseUrl: http.*/, `baseUrl: ${baseUrl}`));
  }

  async function preflight(
    file = house.subjectsFile,
  ): Promise<{ readonly code: number; readonly report: PreflightReport }> {
    const { code, json } = await house.polyface(
      'migrate',
      'preflight',
      ...DIALECT,
      '--subjects',
      file,
      '--json',
    );
    return { code, report: json as unknown as PreflightReport };
  }

  const namesOf = ({ checks }: PreflightReport, verdict: string) =>
    checks.flatMap((check) => (check.verdict === verdict ? [check.name] : [])).sort();

  it('the preflight of a migration is asked for by the step to dual-write, which says what is missing', async () => {
    await open(backends.baseUrl('plain'));
    const advance = async () => {
      const { json } = await house.polyface('migrate', 'advance', ...DIALECT);
      const guards = (json.refusedBy ?? []) as { readonly found: string }[];
      return [json.outcome, ...guards.map(({ found }) => found)];
    };
    expect(await advance()).toEqual(['arrived']);
    expect(await advance()).toEqual(['refused', 'none was made']);
    const file = join(house.folder, 'mistyped.txt');
    await writeFile(file, '5000\nnobody\n');
    await preflight(file);
    expect(await advance()).toEqual(['refused', 'it failed: the people of the list are known here']);
    await preflight();
    const { json } = await house.polyface('migrate', 'plan', ...DIALECT);
    const warnings = json.warnings as { readonly name: string; readonly next: string }[];
    expect(warnings.find(({ name }) => name === 'names, e-mail and phone are known here')?.next).toContain(
      'until then answers in switched leave them empty',
    );
    expect(await advance()).toEqual(['arrived']);
  });

  it.each(JUDGED)(
    'the preflight of a migration judges a backend that is %s',
    async (oddity, { failed, warned }) => {
      await open(backends.baseUrl(oddity));
      const { code, report } = await preflight();
      expect(namesOf(report, 'failed')).toEqual(failed);
      expect([code, report.passed]).toEqual(failed.length > 0 ? [2, false] : [0, true]);
      if (warned !== undefined) expect(namesOf(report, 'warning')).toContain(warned);
    },
  );

  it('the preflight of a migration says what clients will notice, and how long the runs will take', async () => {
    await open(backends.baseUrl('plain'));
    const { report } = await preflight();
    expect(namesOf(report, 'warning')).toEqual([
      'deletes can be said',
      'names, e-mail and phone are known here',
      'such pictures are accepted here',
    ]);
    const noticed = Object.fromEntries(
      report.differences.map(({ stage, clients }) => [stage, clients.join('; ')]),
    );
    expect(noticed['pass-through']).toBe('');
    expect(noticed['dual-write']).toContain(
      'uploads like those of 1 of 3 people of the sample are refused (400)',
    );
    expect(noticed.switched).toContain('firstName are empty where the directory does not know them');
    expect(report.estimate).toMatchObject({ people: 3, requestsPerSecond: 2000 });
    // Three reads and two pictures.
    expect(report.estimate?.requestsPerPerson).toBeCloseTo(5 / 3);
  });

  it('the preflight of a migration names people of the list whom no directory knows', async () => {
    await open(backends.baseUrl('plain'));
    const file = join(house.folder, 'mistyped.txt');
    await writeFile(file, '5000\nnobody\n');
    const { code, report } = await preflight(file);
    expect([code, namesOf(report, 'failed')]).toEqual([2, ['the people of the list are known here']]);
    expect(report.checks.find(({ verdict }) => verdict === 'failed')).toMatchObject({
      found: '1 in no directory',
      examples: ['nobody'],
    });
  });

  it('the preflight of a migration says plainly that nothing answers', async () => {
    await open('http://127.0.0.1:9');
    const { code, report } = await preflight();
    expect([code, namesOf(report, 'failed'), report.sampled]).toEqual([2, ['the backend answers'], 0]);
  });
});
