import { Command, InvalidArgumentError } from 'commander';
import { readDemoGuide } from '../demo-guide.ts';
import { startPolyface } from '../main.ts';
import { letHeapGrow } from '../memory/heap-growth.ts';
import { type LoadedSettings, loadSettings } from '../settings/load-settings.ts';

interface ServeOptions {
  readonly config?: string;
  readonly port?: number;
  readonly dataDir?: string;
  readonly welcome?: true;
}

/** `polyface serve`: the gateway, until SIGTERM or SIGINT. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the gateway')
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--port <port>', 'port to listen on; 0 takes a free one (or PORT)', portNumber)
    .option('--data-dir <folder>', 'folder of the embedded store and of spool files (or POLYFACE_DATA_DIR)')
    .option('--welcome', 'print one curl line per dialect of the demo')
    .action(serve);
}

async function serve({ config, port, dataDir, welcome }: ServeOptions): Promise<void> {
  letHeapGrow();
  const settings = await loadSettings({ overrides: { file: config, port, dataDir } });
  const ended = firstSignal();
  const running = await startPolyface(settings).catch((cause: unknown) => {
    throw portTaken(cause, settings.listen) ?? cause;
  });
  process.stderr.write(`polyface listens on ${running.url}\n`);
  if (welcome && settings.demo) process.stderr.write(await welcomeText(running.url));
  running.log.info({ url: running.url, settings: settings.file }, 'listening');
  running.log.info({ signal: await ended }, 'stopping');
  await running.stop();
}

/** The one failure of a start that everybody meets, in words that say what to do. */
function portTaken(cause: unknown, { host, port }: LoadedSettings['listen']): Error | undefined {
  if (!Error.isError(cause) || !('code' in cause) || cause.code !== 'EADDRINUSE') return undefined;
  return new Error(`${host}:${port} is taken by another program: choose a port with --port or PORT`, {
    cause,
  });
}

/** What a newcomer can paste. */
async function welcomeText(url: string): Promise<string> {
  const lines = Object.entries(await readDemoGuide()).flatMap(([dialect, { curl }]) =>
    curl === undefined ? [] : [`# ${dialect}`, curl.replaceAll('{url}', url)],
  );
  return [
    '',
    'Upload a photograph in any dialect, from another terminal in this folder:',
    '',
    ...lines,
    '',
    `Read and try the operations at ${url}/docs. Ctrl-C stops.`,
    '',
    '',
  ].join('\n');
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
