import { Command, InvalidArgumentError } from 'commander';
import { startPolyface } from '../main.ts';
import { loadSettings } from '../settings/load-settings.ts';

interface ServeOptions {
  readonly config?: string;
  readonly port?: number;
  readonly dataDir?: string;
}

/** `polyface serve`: the gateway, until SIGTERM or SIGINT. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the gateway')
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--port <port>', 'port to listen on; 0 takes a free one (or PORT)', portNumber)
    .option('--data-dir <folder>', 'folder of the embedded store and of spool files (or POLYFACE_DATA_DIR)')
    .action(serve);
}

async function serve({ config, port, dataDir }: ServeOptions): Promise<void> {
  const settings = await loadSettings({ overrides: { file: config, port, dataDir } });
  const ended = firstSignal();
  const running = await startPolyface(settings);
  process.stderr.write(`polyface listens on ${running.url}\n`);
  running.log.info({ url: running.url, settings: settings.file }, 'listening');
  running.log.info({ signal: await ended }, 'stopping');
  await running.stop();
}

/** A second signal ends the process at once: Node does so when nobody listens any more. */
function firstSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  return promise;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('a port is 0 to 65535');
  return port;
}
