import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from './domain/index.ts';
import { parseYaml } from './prepared/parse-yaml.ts';
import { projectFiles } from './prepared/project-files.ts';

/** How to talk to the demo in one dialect. */
export interface DemoGuideEntry {
  /** A line to paste into a shell; `{url}` stands for the gateway's address. */
  readonly curl?: string;
  /** What the Authorize dialog of the documentation page takes. */
  readonly credentials: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** An expired credential, and one that allows less; for the conformance kit. */
  readonly expiredHeaders?: Readonly<Record<string, string>>;
  readonly lesserHeaders?: Readonly<Record<string, string>>;
  /** Path and query parameters by name. */
  readonly params?: Readonly<Record<string, string>>;
  /** JSON bodies by operationId. */
  readonly bodies?: Readonly<Record<string, Json>>;
}

/** By dialect name. */
export type DemoGuide = Readonly<Record<string, DemoGuideEntry>>;

/** Reads `config/demo-guide.yaml`, which goes with `config/demo.yaml`. */
export async function readDemoGuide(): Promise<DemoGuide> {
  const text = await readFile(join(projectFiles().root, 'config/demo-guide.yaml'), 'utf8');
  return (await parseYaml(text)) as DemoGuide;
}
