import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource, Imaging } from '../../src/domain/index.ts';
import { mutateBytes, seededRandom } from './mutate-bytes.ts';
import { watchTreeMemory } from './tree-memory.ts';
import { type CorpusPolicy, type FileVerdict, tryFile } from './try-file.ts';

/** What to send, and how. */
export interface CorpusRun {
  readonly imaging: Imaging;
  readonly policy: CorpusPolicy;
  readonly folder: string;
  /** Mutated copies of the folder's files, on top of the files themselves. */
  readonly mutations: number;
  readonly seed: number;
  /** Files under way at once. */
  readonly concurrency: number;
  readonly timeoutMs: number;
}

/** What was found. */
export interface CorpusFindings {
  readonly files: readonly FileVerdict[];
  readonly mutants: readonly FileVerdict[];
  readonly peakMemoryBytes: number;
}

interface Case {
  readonly file: string;
  readonly source: () => Promise<ByteSource>;
}

const NOTES = new Set(['README.md', 'expected.json']);
const MEMORY_EVERY_MS = 10;

/** Sends every file of the folder, and the mutated copies, through the policy. */
export async function runCorpus(run: CorpusRun): Promise<CorpusFindings> {
  const names = (await readdir(run.folder)).filter((name) => !NOTES.has(name)).sort();
  const cases: Case[] = [];
  for (const name of names) {
    const path = join(run.folder, name);
    const found = await stat(path);
    if (found.isFile())
      cases.push({ file: name, source: async () => ({ kind: 'file', path, size: found.size }) });
  }
  const memory = watchTreeMemory(MEMORY_EVERY_MS);
  const files = await tryAll(run, cases);
  const mutants = await tryAll(run, mutantsOf(run, cases));
  return { files, mutants, peakMemoryBytes: memory.stop() };
}

/** Each mutant has a seed of its own, so that one can be made again alone. */
function mutantsOf({ folder, mutations, seed }: CorpusRun, cases: readonly Case[]): Case[] {
  return Array.from({ length: cases.length > 0 ? mutations : 0 }, (_, index) => {
    const parent = cases[index % cases.length]?.file ?? '';
    return {
      file: `${parent}~${seed + index}`,
      source: async () => ({
        kind: 'memory',
        bytes: mutateBytes(await readFile(join(folder, parent)), seededRandom(seed + index)),
      }),
    };
  });
}

async function tryAll(run: CorpusRun, cases: readonly Case[]): Promise<FileVerdict[]> {
  const verdicts: FileVerdict[] = [];
  const queue = cases.values();
  const sendNext = async () => {
    for (const { file, source } of queue) {
      verdicts.push(await tryFile(run.imaging, run.policy, file, await source(), run.timeoutMs));
    }
  };
  await Promise.all(Array.from({ length: run.concurrency }, sendNext));
  return verdicts.sort((one, other) => one.file.localeCompare(other.file));
}
