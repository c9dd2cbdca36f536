import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Json } from '../domain/index.ts';
import { projectFiles } from './project-files.ts';

/** How to talk to the demo in one dialect. */
export interface DemoGuideEntry {
  /** A line to paste into a shell; `{url}` stands for the gateway's address. */
  readonly curl?: string;
  /** What the documentation page offers: a user name and a password, or a key. */
  readonly credentials: readonly DemoCredential[];
  /**
   * Sends a picture of the person whom every dialect's `reads` ask for. Without `field` the body is the
   * picture.
   */
  readonly upload: { readonly method: string; readonly path: string; readonly field?: string };
  /**
   * Requests that lead to the person's picture. `{a.b}` in a body stands for a value of the response before.
   */
  readonly reads: readonly { readonly method: string; readonly path: string; readonly body?: Json }[];
  /** The path to the picture's address in the last response; empty: the response is the picture. */
  readonly picture: string;
  readonly headers: Readonly<Record<string, string>>;
  /** An expired credential, and one with fewer rights; for the conformance kit. */
  readonly expiredHeaders?: Readonly<Record<string, string>>;
  readonly lesserHeaders?: Readonly<Record<string, string>>;
  /** Path and query parameters by name. */
  readonly params?: Readonly<Record<string, string>>;
  /** JSON bodies by operationId. */
  readonly bodies?: Readonly<Record<string, Json>>;
}

/** A public credential. */
export interface DemoCredential {
  /** The person, or what the credential allows. */
  readonly label: string;
  readonly username?: string;
  readonly password?: string;
  readonly value?: string;
}

/** By dialect name. */
export type DemoGuide = Readonly<Record<string, DemoGuideEntry>>;

/** Reads `config/demo-guide.yaml`, which goes with `config/demo.yaml`. */
export async function readDemoGuide(): Promise<DemoGuide> {
  const text = await readFile(join(projectFiles().root, 'config/demo-guide.yaml'), 'utf8');
  return parse(text) as DemoGuide;
}
