import { type Dirent, existsSync } from 'node:fs';
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
 * printed. `stop` removes the data folder, and rejects where temporary files were left in it.
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
    leftovers: async () => (await temporaryEntries(dataDir)).map(({ name }) => name),
    end: () => running.stop(),
    async stop() {
      await running.stop();
      const left = await filesBelow(dataDir);
      await rm(dataDir, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`a gateway that stopped left ${left.join(', ')}`);
    },
  };
}

async function temporaryEntries(dataDir: string): Promise<Dirent[]> {
  const folders = ['spool', 'scratch']
    .map((name) => join(dataDir, name))
    .filter((folder) => existsSync(folder))
    .map((folder) => readdir(folder, { recursive: true, withFileTypes: true }));
  return (await Promise.all(folders)).flat();
}

async function filesBelow(dataDir: string): Promise<string[]> {
  return (await temporaryEntries(dataDir)).filter((entry) => entry.isFile()).map(({ name }) => name);
}
