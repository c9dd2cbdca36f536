import { once } from 'node:events';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { parse } from 'yaml';
import type { WireProfile } from '../domain/index.ts';
import type { FaultPlan } from '../sandbox/faults/fault-plan.ts';
import { readFaultPlans } from '../sandbox/faults/read-fault-plans.ts';
import { startSandbox } from '../sandbox/start-sandbox.ts';

interface SandboxCommandOptions {
  readonly port: string;
  readonly host: string;
  readonly readyFile?: string;
  readonly dialects?: string;
  readonly profile: WireProfile;
  readonly clock?: string;
  readonly seed?: string;
  readonly faults?: string;
  readonly rateLimits?: true;
}

/**
 * `polyface sandbox`: a gateway for tests, until SIGTERM or SIGINT. Its address is the one line on standard
 * output.
 */
export function sandboxCommand(): Command {
  return new Command('sandbox')
    .description("a gateway in memory for other people's tests, with the demo's people and keys")
    .option('--port <port>', 'port to listen on; 0 takes a free one', '0')
    .option(
      '--host <address>',
      'address to listen on; 0.0.0.0 for other machines and containers',
      '127.0.0.1',
    )
    .option('--ready-file <file>', 'written with the address once it serves, removed at the end')
    .option('--dialects <names>', 'only these, with commas between them')
    .addOption(
      new Option('--profile <profile>', 'follow the vendor’s documentation or its servers’ behaviour')
        .choices(['documented', 'observed'])
        .default('documented'),
    )
    .option('--clock <instant>', 'the moment at which the clock stands still, e.g. 2026-01-02T03:04:05Z')
    .option('--seed <text>', 'makes ids and signatures repeatable')
    .option('--faults <file>', 'YAML or JSON list of fault plans')
    .option('--rate-limits', "hold callers to the dialects' rates")
    .action(sandbox);
}

async function sandbox(options: SandboxCommandOptions): Promise<void> {
  const { port, host, readyFile, dialects, profile, clock, seed, faults, rateLimits = false } = options;
  const running = await startSandbox({
    port: portIn(port),
    host,
    profile,
    rateLimits,
    docs: true,
    ...(dialects === undefined ? {} : { dialects: dialects.split(',') }),
    ...(clock === undefined ? {} : { clock: instant(clock) }),
    ...(seed === undefined ? {} : { seed }),
    ...(faults === undefined ? {} : { faults: await plansIn(faults) }),
  });
  if (readyFile !== undefined) await writeReadyFile(readyFile, running.url);
  process.stdout.write(`${running.url}\n`);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  if (readyFile !== undefined) await rm(readyFile, { force: true });
  await running.stop();
}

/** Writes the file at once, so that a reader that finds it finds the complete address. */
async function writeReadyFile(file: string, url: string): Promise<void> {
  await writeFile(`${file}.part`, `${url}\n`);
  await rename(`${file}.part`, file);
}

function portIn(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new Error(`--port: ${text} is no port`);
}

function instant(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Error(`--clock: ${text} is no instant`);
  return date;
}

async function plansIn(file: string): Promise<readonly FaultPlan[]> {
  const plans = readFaultPlans(parse(await readFile(file, 'utf8')));
  if (typeof plans === 'string') throw new Error(`${file}: ${plans}`);
  return plans;
}
