import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type PolyfaceOverrides, type RunningPolyface, startPolyface } from '../../src/main.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import type { Settings } from '../../src/settings/settings.ts';

/** The whole program with the demo's settings, on a free port and a data folder of its own. */
export interface DemoGateway extends RunningPolyface {
  readonly dataDir: string;
  /** Parsed log lines so far. */
  readonly logLines: readonly Record<string, unknown>[];
  /** Names of everything that lies in the temporary folders. */
  leftovers(): Promise<string[]>;
  /** Stops and keeps the data folder, for another start; `stop` may follow. */
  end(): Promise<void>;
}

/** The settings of `config/demo.yaml`, to be changed before the start. */
export type ChangeSettings = (demo: Settings) => Settings;

/** Where the demo's settings lie. */
export const DEMO_FILE = join(import.meta.dirname, '../../config/demo.yaml');

/**
 * Starts the demo in this process: the real parts, the embedded store, every answer held against its document. Logs are kept, not
 * printed. `stop` removes the data folder.
 */
export async function startDemoGateway(
  change: ChangeSettings = (demo) => demo,
  overrides: PolyfaceOverrides = {},
): Promise<DemoGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'polyface-demo-'));
  const demo = await loadSettings({ env: {}, overrides: { file: DEMO_FILE, port: 0, dataDir } });
  const logLines: Record<string, unknown>[] = [];
  const logTo = new Writable({
    write(line: Buffer, _encoding, done) {
      logLines.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  const settings: Settings = {
    ...demo,
    imaging: { ...demo.imaging, workers: 1 },
    validateResponses: 'enforce',
    docs: false,
  };
  const running = await startPolyface({ demo: true, ...change(settings) }, { logTo, ...overrides });
  return {
    ...running,
    dataDir,
    logLines,
    leftovers: async () => {
      const folders = await Promise.all(
        ['spool', 'scratch'].map((name) => readdir(join(dataDir, name), { recursive: true })),
      );
      return folders.flat();
    },
    end: () => running.stop(),
    async stop() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
