import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type ChildServer, startChildServer } from './measure/child-server.ts';

/** How much is measured. */
export interface BenchScale {
  /** Interleaved rounds; the medians are taken over them. */
  readonly rounds: number;
  /** Multiplies the number of requests of a round. */
  readonly effort: number;
}

/** One run: a folder for everything, the servers that were started, the pictures. */
export interface BenchRun {
  readonly folder: string;
  readonly scale: BenchScale;
  /** `settings`: sections on top of those of every gateway; `args`: of `serve`. */
  startGateway(
    name: string,
    settings?: Readonly<Record<string, unknown>>,
    args?: readonly string[],
  ): Promise<ChildServer>;
  startServer(script: string): Promise<ChildServer>;
  /** Milliseconds of processor time of one turn of the bare pipeline or of the floor. */
  floor(kind: 'bare' | 'floor', picture: string, times: number): Promise<number>;
}

/** The demo's settings, without its rates and with subjects made at the first upload. Everything else is as users run it. */
async function writeGatewaySettings(file: string, further: Readonly<Record<string, unknown>>): Promise<void> {
  const settings = parse(await readFile('config/demo.yaml', 'utf8')) as {
    dialects: Record<string, Record<string, unknown>>;
    tenants: Record<string, unknown>[];
  };
  for (const dialect of Object.values(settings.dialects)) {
    dialect.rate = { limit: 1_000_000_000, windowSeconds: 60, per: 'endpoint' };
  }
  for (const tenant of settings.tenants) tenant.strictSubjects = false;
  // The operator's side is no part of what users call, and its address would be taken for the gateway's.
  await writeFile(file, stringify({ ...settings, admin: undefined, ...further }));
}

/** Prepares a run in an empty folder. */
export function createBenchRun(folder: string, scale: BenchScale): BenchRun {
  return {
    folder,
    scale,
    async startGateway(name, settings = {}, args = []) {
      const file = join(folder, `${name}.yaml`);
      await writeGatewaySettings(file, settings);
      return startChildServer(
        [
          'dist/src/cli/polyface.js',
          'serve',
          '--config',
          file,
          '--port',
          '0',
          '--data-dir',
          join(folder, name),
          ...args,
        ],
        {
          NODE_ENV: 'production',
        },
      );
    },
    startServer: (script) => startChildServer([join('bench/servers', script)], { BENCH_DIR: folder }),
    async floor(kind, picture, times) {
      const child = spawn(process.execPath, ['bench/floor-loop.ts', kind, picture, String(times)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, BENCH_DIR: folder },
      });
      return (JSON.parse(await outputOf(child)) as { processorMs: number }).processorMs;
    },
  };
}

async function outputOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`the floor loop ended with ${child.exitCode}`);
  return text;
}
