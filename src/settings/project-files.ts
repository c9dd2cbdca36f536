import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where this program's files are, for a run from the sources and for one from `dist`. */
export interface ProjectFiles {
  /** Holds `package.json`, `config/` and `openapi/`. */
  readonly root: string;
  /** Holds `dialects/` beside `src/`: the root itself, or `dist`. */
  readonly code: string;
}

/** Finds {@link ProjectFiles} from the place of this module. */
export function projectFiles(): ProjectFiles {
  const code = fileURLToPath(new URL('../..', import.meta.url));
  return { root: existsSync(join(code, 'package.json')) ? code : join(code, '..'), code };
}

/** The version of this program. */
export async function readVersion(): Promise<string> {
  const text = await readFile(join(projectFiles().root, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
