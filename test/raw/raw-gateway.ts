import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type RunningPolyface, startPolyface } from '../../src/main.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import type { LimitSettings, Settings } from '../../src/settings/settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';

/** The whole program with the demo's settings, in memory, on a free port. */
export interface RawGateway extends RunningPolyface {
  readonly port: number;
  /** Parsed log lines so far. */
  readonly logLines: Record<string, unknown>[];
  /** Names of everything that lies in the temporary folders. */
  leftovers(): Promise<string[]>;
}

/** Waits are short and files small; the dialects' own rates would end a suite of hundreds of requests early. */
export async function startRawGateway(
  changes: {
    readonly limits?: Partial<LimitSettings>;
    /** By dialect: options on top of the demo's. */
    readonly options?: Readonly<Record<string, Record<string, number>>>;
    readonly settings?: Partial<Settings>;
  } = {},
): Promise<RawGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'polyface-raw-'));
  const demo = await loadSettings({ env: {}, overrides: { file: 'config/demo.yaml', port: 0, dataDir } });
  const dialects = Object.fromEntries(
    Object.entries(demo.dialects).map(([name, dialect]) => [
      name,
      { ...dialect, options: { ...dialect.options, ...changes.options?.[name] } },
    ]),
  );
  const logLines: Record<string, unknown>[] = [];
  const logTo = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logLines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const running = await startPolyface(
    {
      ...demo,
      dialects,
      limits: { ...demo.limits, ...changes.limits },
      imaging: { ...demo.imaging, workers: 1 },
      rateLimits: { enabled: false },
      docs: false,
      log: { level: 'warn' },
      ...changes.settings,
    },
    { store: createMemoryStore(), logTo },
  );
  return {
    ...running,
    port: Number(new URL(running.url).port),
    logLines,
    leftovers: async () => {
      const folders = await Promise.all(
        ['spool', 'scratch'].map((name) => readdir(join(dataDir, name), { recursive: true }).catch(() => [])),
      );
      return folders.flat();
    },
    async stop() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
