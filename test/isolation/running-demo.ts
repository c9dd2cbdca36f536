import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPolyface, startPolyface } from '../../src/main.ts';
import { type LoadedSettings, loadSettings } from '../../src/settings/load-settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { Attempt } from './attempts.ts';
import type { Side } from './sides.ts';

const demoFile = new URL('../../config/demo.yaml', import.meta.url).pathname;

/** An answer with nothing left to read. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The demo's gateway over a store that a test can look into. */
export interface RunningDemo {
  readonly gateway: RunningPolyface;
  readonly store: Store;
  ask(attempt: Attempt, by: Side, dialect: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts it with the settings of the demo, as `change` leaves them, without rate limits and without a log. */
export async function startDemo(change: (settings: LoadedSettings) => LoadedSettings): Promise<RunningDemo> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-isolation-'));
  const settings = await loadSettings({ env: {}, overrides: { file: demoFile, port: 0, dataDir: folder } });
  const store = createMemoryStore();
  const quiet = { rateLimits: { enabled: false }, log: { level: 'silent' } } as const;
  const gateway = await startPolyface(change({ ...settings, ...quiet }), { store });
  return {
    gateway,
    store,
    async ask(attempt, by, dialect) {
      const answer = await fetch(`${gateway.url}${attempt.path}`, {
        method: attempt.method,
        headers: attempt.headers ?? by.headers[dialect] ?? {},
        ...(attempt.body === undefined ? {} : { body: attempt.body }),
      });
      const headers = Object.fromEntries(answer.headers);
      return { status: answer.status, headers, text: await answer.text() };
    },
    async stop() {
      await gateway.stop();
      await rm(folder, { recursive: true });
    },
  };
}
