import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';

interface ScaleLine {
  readonly kind: 'upload' | 'read';
  readonly ratio: number;
  readonly perSecond: { readonly few: number; readonly many: number };
}

/** The embedded store with many subjects against one with 1,000; a short run fills in a tenth of them. */
export async function storeScaleScenario({ scale }: BenchRun): Promise<Measure[]> {
  const subjects = scale.effort < 1 ? 20_000 : 200_000;
  const child = spawn(process.execPath, ['bench/store-scale.ts', '--subjects', String(subjects)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = (await text(child.stdout)).trim().split('\n');
  return lines.map((line) => {
    const { kind, ratio, perSecond } = JSON.parse(line) as ScaleLine;
    return {
      work: `${subjects} subjects / 1,000 subjects`,
      measure: `${kind}s a second`,
      value: ratio,
      budget: { atLeast: 0.9 },
      details: { fewPerSecond: perSecond.few, manyPerSecond: perSecond.many },
    };
  });
}
