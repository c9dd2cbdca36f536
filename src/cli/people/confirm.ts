import { createInterface } from 'node:readline/promises';

/**
 * Asks before something that cannot be undone. Scripts pass `--yes`. Throws where there is no terminal to ask
 * on, or the answer is no.
 */
export async function confirm(question: string, { yes = false }: { readonly yes?: boolean }): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new Error(`${question} Without a terminal, confirm with --yes.`);
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (!/^y(es)?$/i.test((await asked.question(`${question} [y/N] `)).trim()))
      throw new Error('nothing was done');
  } finally {
    asked.close();
  }
}
