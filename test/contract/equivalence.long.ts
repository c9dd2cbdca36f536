import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SAMPLE_PROBLEMS } from '../../src/sandbox/faults/sample-problems.ts';
import { CAUSES } from './equivalence-causes.ts';
import { type EquivalenceRun, startEquivalenceRun } from './equivalence-run.ts';
import { equivalencePage, type MatrixRow } from './equivalence-table.ts';
import { COLUMNS, type Column, wireVerdict } from './wire-verdicts.ts';

const PAGE = join(import.meta.dirname, '../../docs/equivalence.md');
const tables: Record<'documented' | 'observed', MatrixRow[]> = { documented: [], observed: [] };

it('the equivalence table has a cause for every problem', () => {
  const provoked = new Set<string>(CAUSES.map(({ problem }) => problem));
  expect(Object.keys(SAMPLE_PROBLEMS).filter((problem) => !provoked.has(problem))).toEqual([]);
});

describe.each(['documented', 'observed'] as const)('in profile %s', (profile) => {
  let run: EquivalenceRun;

  beforeAll(async () => {
    run = await startEquivalenceRun(profile);
  });
  afterAll(() => run.stop());

  it.each(CAUSES)('$cause is $problem in every dialect, in its own words', async (cause) => {
    const cells: Partial<Record<Column, string>> = {};
    const problems: Partial<Record<Column, string | undefined>> = {};
    const expected: Partial<Record<Column, string>> = {};
    for (const column of COLUMNS) {
      const provoked = await run.provoke(cause, column);
      if (!provoked) continue;
      cells[column] = provoked.cell;
      problems[column] = provoked.problem;
      expected[column] = wireVerdict(column, profile, cause.verdict);
    }
    tables[profile].push({ cause, cells });
    expect(new Set(Object.values(problems))).toEqual(new Set([cause.problem]));
    expect(cells).toEqual(expected);
  });
});

it('the equivalence table is what docs/equivalence.md says', async () => {
  const page = equivalencePage(tables);
  if (process.env.POLYFACE_UPDATE) await writeFile(PAGE, page);
  expect(await readFile(PAGE, 'utf8')).toBe(page);
});
