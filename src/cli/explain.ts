import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { explainWritten } from '../explain/explain-written.ts';
import type { ShownExplanation } from '../explain/show-explanation.ts';
import { startPolyface } from '../main.ts';
import { loadSettings } from '../settings/load-settings.ts';
import { adminOption, createAdminClient } from './admin-client.ts';

interface ExplainOptions {
  readonly config?: string;
  readonly admin?: string;
  readonly json?: boolean;
}

/** `polyface explain`: shows how a request is handled, step by step, without changing the store. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('show what a request becomes: command, outcome, response, or the rule that refuses it')
    .argument('<file>', 'a raw HTTP request: request line, headers, an empty line, the body')
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .addOption(adminOption())
    .option('--json', 'print JSON on standard output')
    .action(explain);
}

async function explain(file: string, { config, admin, json = false }: ExplainOptions): Promise<void> {
  const written = await readFile(file);
  const shown =
    admin === undefined
      ? await explainHere(config, written)
      : await createAdminClient(admin).ask<ShownExplanation>('POST', '/explain', {
          request: written.toString('base64'),
        });
  process.stdout.write(json ? `${JSON.stringify(shown, undefined, 2)}\n` : describe(shown));
}

async function explainHere(config: string | undefined, written: Buffer): Promise<ShownExplanation> {
  const settings = await loadSettings({ overrides: { file: config } });
  return explainWritten({ settings, written, start: startPolyface });
}

function describe({
  request,
  report,
  command,
  outcome,
  problem,
  translation,
  response,
}: ShownExplanation): string {
  const panes: readonly (readonly [string, unknown])[] = [
    ['Wire in', request],
    ['Who and what', report],
    ['Command', command ?? 'none: the request was refused before it became a command'],
    ['Outcome', outcome ?? (problem ? { refused: problem } : 'none')],
    ...(translation ? [['At the backend', translation] as const] : []),
    ['Wire out', response],
  ];
  return panes
    .map(([title, content]) => {
      const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
      return `── ${title}\n${text}\n`;
    })
    .join('\n');
}
