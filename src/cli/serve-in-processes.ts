import { ProcessEnded, superviseProcesses } from '../processes/supervise-processes.ts';
import type { LoadedSettings } from '../settings/load-settings.ts';

/**
 * Runs the gateway in this many processes until a signal comes. This process only supervises and serves no
 * requests itself.
 */
export async function serveInProcesses(
  { limits }: LoadedSettings,
  count: number,
  ended: Promise<NodeJS.Signals>,
  announce: (url: string, signInLink: string | undefined) => Promise<void>,
): Promise<void> {
  const args = process.argv.slice(2);
  const supervisor = superviseProcesses({
    count,
    args: { first: args, later: args.filter((argument) => argument !== '--init') },
    unreadySeconds: limits.unreadySeconds,
    shutdownSeconds: limits.shutdownSeconds,
    onReplace: (index, how) =>
      process.stderr.write(`polyface: process ${index} ended (${how}) and is replaced\n`),
  });
  const starting = supervisor.start();
  process.on('SIGHUP', () => supervisor.reload());
  try {
    const started = await Promise.race([starting, ended]);
    if (typeof started !== 'string') {
      await announce(started.url, started.signInLink);
      await ended;
    }
  } catch (cause) {
    if (!(cause instanceof ProcessEnded)) throw cause;
    // The process has printed the reason itself.
    process.exitCode = cause.exitCode === 0 ? 1 : cause.exitCode;
    return;
  }
  starting.catch(() => {});
  await supervisor.stop();
}
