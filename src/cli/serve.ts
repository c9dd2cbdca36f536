import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { type PolyfaceOverrides, type RunningPolyface, startPolyface } from '../main.ts';
import { shareOfMachine } from '../processes/share-machine.ts';
import { joinSupervisor, type SupervisedProcess } from '../processes/siblings.ts';
import { readDemoGuide } from '../settings/demo-guide.ts';
import { type LoadedSettings, loadSettings } from '../settings/load-settings.ts';
import type { ReloadReport } from '../settings/reload-report.ts';
import { SettingsError } from '../settings/settings-error.ts';
import { createHeldLog, type HeldLog } from './log-destination.ts';

interface ServeOptions {
  readonly config?: string;
  readonly port?: number;
  readonly dataDir?: string;
  readonly welcome?: true;
  readonly init?: boolean;
  readonly processes?: number;
}

/** `polyface serve`: the gateway, until SIGTERM or SIGINT. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the gateway')
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--port <port>', 'port to listen on; 0 takes a free one (or PORT)', portNumber)
    .option('--data-dir <folder>', 'folder of the embedded store and of spool files (or POLYFACE_DATA_DIR)')
    .option('--init', 'begin a new store where there is none yet; without, an empty place is refused')
    .option(
      '--processes <number>',
      'processes that serve the port; auto: one for each processor',
      processCount,
    )
    .option('--welcome', 'print one curl line per dialect of the demo')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const { config, port, dataDir, welcome, processes = 1 } = options;
  const readSettings = () => loadSettings({ overrides: { file: config, port, dataDir } });
  const settings = await readSettings();
  const supervised = joinSupervisor();
  if (supervised) return await serveUnderSupervisor(supervised, { settings, readSettings }, options);
  const ended = firstSignal();
  if (processes > 1) {
    const { serveInProcesses } = await import('./serve-in-processes.ts');
    return await serveInProcesses(settings, processes, ended, (url, link) =>
      announce(settings, url, link, welcome),
    );
  }
  const logTo = createHeldLog();
  const running = await startUnlessEnded(settings, { init: options.init, readSettings, logTo }, ended);
  if (!running) return;
  await announce(settings, running.url, running.signInLink?.(), welcome);
  logTo.release();
  running.log.info({ url: running.url, settings: settings.file }, 'listening');
  running.log.info({ signal: await ended }, 'stopping');
  await running.stop();
}

/** One process of several. It reports to its supervisor, and ends when the supervisor says so. */
async function serveUnderSupervisor(
  supervised: SupervisedProcess,
  {
    settings,
    readSettings,
  }: { readonly settings: LoadedSettings; readonly readSettings: () => Promise<LoadedSettings> },
  { init }: ServeOptions,
): Promise<void> {
  // Ctrl-C reaches every process of a terminal, but the supervisor decides in which order they end.
  process.on('SIGINT', () => {});
  const { promise: terminated, resolve } = Promise.withResolvers<string>();
  process.once('SIGTERM', () => resolve('SIGTERM'));
  const ended = Promise.race([supervised.toldToStop, terminated]);
  const { siblings } = supervised;
  const logTo = createHeldLog();
  try {
    const start = {
      init,
      siblings,
      logTo,
      readSettings: async () => shareOfMachine(await readSettings(), siblings),
      // The supervisor passes the signal on to every process, this one included. At this moment nothing has
      // changed here yet.
      tellReload: () => void process.kill(process.ppid, 'SIGHUP'),
    };
    const running = await startUnlessEnded(shareOfMachine(settings, siblings), start, ended);
    if (!running) return;
    supervised.serves(running.url, running.signInLink?.());
    logTo.release();
    void supervised.toldUnready.then(() => running.beUnready());
    running.log.info({ url: running.url, settings: settings.file }, 'listening');
    running.log.info({ signal: await ended }, 'stopping');
    await running.stop();
  } finally {
    supervised.leave();
  }
}

/** Starts the gateway. `undefined` where the process is told to end before the start is done. */
async function startUnlessEnded(
  settings: LoadedSettings,
  {
    init = false,
    logTo,
    ...overrides
  }: PolyfaceOverrides & { readonly init?: boolean | undefined; readonly logTo: HeldLog },
  ended: Promise<string>,
): Promise<RunningPolyface | undefined> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const starting = startPolyface(settings, { registry, beginStore: init, logTo, ...overrides }).catch(
    (cause: unknown) => {
      logTo.release();
      throw portTaken(cause, settings) ?? cause;
    },
  );
  // Until the start is done a SIGHUP has nothing to reload. Without a listener the signal would end the
  // process.
  process.on('SIGHUP', () => void starting.then(reloadAtSignal, () => {}));
  const running = await Promise.race([starting, ended]);
  if (typeof running !== 'string') return running;
  process.kill(process.pid, overrides.siblings ? 'SIGKILL' : running);
  return undefined;
}

/** Prints the gateway's address, and lines that a newcomer can paste. */
async function announce(
  { demo }: LoadedSettings,
  url: string,
  signInLink: string | undefined,
  welcome = false,
): Promise<void> {
  process.stderr.write(`polyface listens on ${url}\n`);
  if (welcome && demo) process.stderr.write(await welcomeText(url, signInLink));
}

/** Explains the most common failure of a start, and what to do about it. */
function portTaken(cause: unknown, { listen }: LoadedSettings): Error | undefined {
  if (!Error.isError(cause) || !('code' in cause) || cause.code !== 'EADDRINUSE') return undefined;
  const { address = listen.host, port = listen.port } = cause as {
    readonly address?: string;
    readonly port?: number;
  };
  const message =
    port === listen.port
      ? `${address}:${port} is taken by another program: choose a port with --port or PORT`
      : `the console's port ${address}:${port} is taken by another program: set admin.listen.port`;
  return new Error(message, { cause });
}

/** Reloads and logs the result, because the sender of the signal sees nothing else. */
async function reloadAtSignal({ reload, log }: Pick<RunningPolyface, 'reload' | 'log'>): Promise<void> {
  try {
    const { outcome, revision, changes, needsRestart } = await reload({ actor: 'signal:SIGHUP' });
    const facts = { revision, changes, ...(needsRestart.length > 0 ? { needsRestart } : {}) };
    if (outcome === 'refused') log.error(facts, RELOADED[outcome]);
    else log.info(facts, RELOADED[outcome]);
  } catch (cause) {
    if (cause instanceof SettingsError)
      log.error({ faults: cause.message.split('\n') }, 'the settings are wrong: nothing has changed');
    else log.error({ err: cause }, 'the settings could not be reloaded: nothing has changed');
  }
}

const RELOADED: Readonly<Record<ReloadReport['outcome'], string>> = {
  applied: 'the changed settings are in effect',
  unchanged: 'no setting has changed',
  'would-apply': 'these settings would change',
  refused: 'nothing has changed: some of the changed settings need a restart',
};

/** Commands that a newcomer can paste. */
async function welcomeText(url: string, signInLink: string | undefined): Promise<string> {
  const lines = Object.entries(await readDemoGuide()).flatMap(([dialect, { curl }]) =>
    curl === undefined ? [] : [`# ${dialect}`, curl.replaceAll('{url}', url)],
  );
  return [
    '',
    'Upload a photograph in any dialect, from another terminal in this folder:',
    '',
    ...lines,
    '',
    `Read and try the operations at ${url}/docs.`,
    ...(signInLink === undefined
      ? []
      : [`See what goes on in the console (this link signs you in once): ${signInLink}`]),
    'Ctrl-C stops.',
    '',
    '',
  ].join('\n');
}

/**
 * Resolves at the first signal. A second one ends the process at once, because Node does so without a
 * listener.
 */
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

function processCount(text: string): number {
  if (text === 'auto') return availableParallelism();
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 256)
    throw new InvalidArgumentError('processes are auto, or 1 to 256');
  return count;
}
