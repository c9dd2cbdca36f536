import { join } from 'node:path';
import type { ClientGenerator } from './client-generator.ts';
import { DOCUMENTS, type GeneratedFrom, STEPS, type Step } from './documents.ts';
import { runTool, type ToolRun } from './run-tool.ts';
import type { OpenWorkshop } from './workshop.ts';

/** What came of one generator and one document. */
export interface Cell {
  readonly generator: string;
  readonly document: string;
  /** What the client did. */
  readonly done: readonly Step[];
  /** Everything that was printed, where a step is missing. */
  readonly output?: string;
}

/** Generates and compiles all clients. A generator that fails outright is a run that failed. */
export async function buildClients(shop: OpenWorkshop, generator: ClientGenerator): Promise<ToolRun> {
  return generator
    .build(shop, DOCUMENTS)
    .catch((cause: unknown) => ({ ok: false, stdout: '', output: String(cause) }));
}

/** Has the client of one document upload a picture, read it and see an error. */
export async function tryClient(
  shop: OpenWorkshop,
  generator: ClientGenerator,
  document: GeneratedFrom,
): Promise<Cell> {
  shop.reset(document);
  const command = await generator.probe(shop, document);
  const { stdout, output } = await runTool([...command, join(shop.folder, 'portrait.jpg')], shop.options);
  const lines = new Set(stdout.split('\n').map((line) => line.toLowerCase()));
  const done = STEPS.filter((step) => lines.has(`${step} ${document.expected[step]}`.toLowerCase()));
  const cell = { generator: generator.name, document: document.id, done };
  return done.length === STEPS.length ? cell : { ...cell, output };
}

/** Whether a client did everything. */
export function isGreen({ done }: Cell): boolean {
  return done.length === STEPS.length;
}
