import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { StoreSettings } from '../../src/settings/settings.ts';

type AzureSettings = Extract<StoreSettings, { kind: 'azure' }>;

/** A running emulator of Azure Blob Storage. */
export interface Azurite {
  readonly endpoint: string;
  readonly port: number;
  /** Ends the process at once, as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** The emulator's published account. */
export const AZURITE_ACCOUNT = 'devstoreaccount1';

/** The emulator's published key; it is public and the same everywhere. */
export const AZURITE_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const EXECUTABLE = resolve(import.meta.dirname, '../../judges/node_modules/azurite/dist/src/blob/main.js');

/** Starts the emulator on a free port, or on `port`. With `folder` it keeps its blobs there, else in memory. */
export async function startAzurite(
  options: { readonly folder?: string; readonly port?: number; readonly extra?: readonly string[] } = {},
): Promise<Azurite> {
  const { folder, port: wanted = 0, extra = [] } = options;
  const child = spawn(
    process.execPath,
    [
      EXECUTABLE,
      '--blobPort',
      String(wanted),
      '--silent',
      '--disableTelemetry',
      '--skipApiVersionCheck',
      ...(folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder]),
      ...extra,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const { scheme, port } = await listening(child);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    endpoint: `${scheme}://127.0.0.1:${port}/${AZURITE_ACCOUNT}`,
    port,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** Store settings for a container of the emulator. */
export function azuriteSettings(
  azurite: Pick<Azurite, 'endpoint'>,
  container: string,
  change: Partial<AzureSettings> = {},
): AzureSettings {
  return {
    kind: 'azure',
    container,
    createContainer: true,
    timeoutSeconds: 20,
    credential: {
      kind: 'account-key',
      endpoint: azurite.endpoint,
      account: AZURITE_ACCOUNT,
      key: AZURITE_KEY,
    },
    ...change,
  };
}

async function listening(child: ChildProcess): Promise<{ readonly scheme: string; readonly port: number }> {
  let said = '';
  return await new Promise((done, fail) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const match = /successfully listens on (https?):\/\/127\.0\.0\.1:(\d+)/.exec(said);
      if (match) done({ scheme: String(match[1]), port: Number(match[2]) });
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`azurite ended with ${code}: ${said}`)));
  });
}
