/* `npm run corpus -- DIR`: what becomes of every file of a folder, and what it costs. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createImaging } from '../../src/imaging/imaging.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import type { ImagingSettings } from '../../src/settings/settings.ts';
import { ANY_PICTURE, policyOfDialect } from './corpus-policy.ts';
import { reportCorpus } from './corpus-report.ts';
import { corpusTable } from './corpus-table.ts';
import { runCorpus } from './run-corpus.ts';
import type { CorpusPolicy } from './try-file.ts';

interface CorpusOptions {
  readonly dialect?: string;
  readonly config?: string;
  readonly mutations: number;
  readonly seed: number;
  readonly output: string;
  readonly json?: boolean;
}

/** The limits that hold where no settings are named; the settings' own defaults. */
const DEFAULT_IMAGING: ImagingSettings = {
  workers: 0,
  timeoutSeconds: 10,
  memoryMiB: 512,
  limitMegapixels: 64,
  limitSidePixels: 16_384,
  queue: 256,
};

async function corpus(folder: string, options: CorpusOptions): Promise<void> {
  const { policy, limits } = await chosen(options);
  const scratchDir = await mkdtemp(join(tmpdir(), 'polyface-corpus-'));
  const crashes: string[] = [];
  const imaging = createImaging({ ...limits, scratchDir, onCrash: ({ message }) => crashes.push(message) });
  try {
    await imaging.start();
    const findings = await runCorpus({
      imaging,
      policy,
      folder,
      mutations: options.mutations,
      seed: options.seed,
      concurrency: limits.workers || availableParallelism(),
      timeoutMs: limits.timeoutSeconds * 1000,
    });
    const expected = await expectedVerdicts(folder, options);
    const report = reportCorpus(findings, {
      policy: policy.name,
      timeoutSeconds: limits.timeoutSeconds,
      crashes,
      expected,
    });
    const json = JSON.stringify(report, null, 2);
    await mkdir(dirname(options.output), { recursive: true });
    await writeFile(options.output, `${json}\n`);
    process.stdout.write(`${options.json ? json : corpusTable(report)}\n`);
    if (report.faults.length > 0) process.exitCode = 1;
  } finally {
    await imaging.stop(0);
    await rm(scratchDir, { recursive: true, force: true });
  }
}

async function chosen({
  dialect,
  config,
}: CorpusOptions): Promise<{ policy: CorpusPolicy; limits: ImagingSettings }> {
  if (dialect === undefined && config === undefined) return { policy: ANY_PICTURE, limits: DEFAULT_IMAGING };
  const settings = await loadSettings({ overrides: { file: config } });
  const policy = dialect === undefined ? ANY_PICTURE : await policyOfDialect(settings, dialect);
  return { policy, limits: settings.imaging };
}

/** The verdicts that a corpus expects hold for the policy that takes everything. */
async function expectedVerdicts(folder: string, { dialect }: CorpusOptions): Promise<Record<string, string>> {
  if (dialect !== undefined) return {};
  try {
    return JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Record<string, string>;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    throw cause;
  }
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

await new Command('corpus')
  .description('send every file of a folder through a policy and report the verdicts')
  .argument('<dir>', 'folder of files; an expected.json in it maps names to verdicts')
  .option('--dialect <name>', 'the policy and rendition of this dialect (default: any picture)')
  .option('--config <file>', 'settings file, for --dialect and the limits (or POLYFACE_CONFIG)')
  .option('--mutations <count>', 'also send this many mutated copies', wholeNumber, 0)
  .option('--seed <number>', 'of the mutations', wholeNumber, 1)
  .option('--output <file>', 'where the report goes as JSON', 'reports/corpus.json')
  .option('--json', 'print the JSON instead of the table')
  .action(corpus)
  .parseAsync();
