import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startImaging } from '../imaging/started-imaging.ts';
import { CORPUS } from './corpus-files.ts';
import { ANY_PICTURE } from './corpus-policy.ts';
import { reportCorpus } from './corpus-report.ts';
import { holdsLocation } from './holds-location.ts';
import { runCorpus } from './run-corpus.ts';

const TIMEOUT_SECONDS = 50;
const crashes: string[] = [];
const imaging = startImaging({
  timeoutSeconds: TIMEOUT_SECONDS,
  onCrash: ({ message }) => void crashes.push(message),
});
const FOLDER = join(import.meta.dirname, '../fixtures/corpus');

describe('the corpus', () => {
  it('the corpus lies in its folder as it is described', async () => {
    const expected: unknown = JSON.parse(await readFile(join(FOLDER, 'expected.json'), 'utf8'));
    expect(expected).toEqual(Object.fromEntries(CORPUS.map(({ file, verdict }) => [file, verdict])));
    const notes = ['README.md', 'expected.json'];
    const files = (await readdir(FOLDER)).filter((name) => !notes.includes(name));
    expect(files.sort()).toEqual(CORPUS.map(({ file }) => file).sort());
  });

  it('the corpus meets the verdicts that it expects: killed workers, locations in and none out', async () => {
    const findings = await runCorpus({
      imaging: imaging.imaging(),
      policy: ANY_PICTURE,
      folder: FOLDER,
      mutations: 20,
      seed: 7,
      concurrency: 2,
      timeoutMs: TIMEOUT_SECONDS * 1000,
    });
    const expected = Object.fromEntries(CORPUS.map(({ file, verdict }) => [file, verdict]));
    const context = { policy: 'any picture', timeoutSeconds: TIMEOUT_SECONDS, crashes, expected };
    const report = reportCorpus(findings, context);
    expect(report.crashes).toEqual([]);
    expect(report.unexpected).toEqual([]);
    expect(report.corpus).toMatchObject({ files: CORPUS.length, errors: 0, locationOut: 0 });
    expect(report.corpus.locationIn).toBeGreaterThanOrEqual(18);
    expect(report.mutations).toMatchObject({ files: 20, errors: 0, locationOut: 0 });
    expect(findings.files.find(({ file }) => file === 'text-bomb.png')).toMatchObject({ killed: true });
  });
});

describe('a location', () => {
  it('a location is found in every container that carries one', async () => {
    for (const { file } of CORPUS) {
      const located = /^(gps\.|xmp|photograph|orientation-[1-8]\.(?!dng)|grid|twelve)/.test(file);
      expect({ file, found: holdsLocation(await readFile(join(FOLDER, file))) }).toEqual({
        file,
        found: located,
      });
    }
  });
});
