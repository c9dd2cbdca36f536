import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where this program's files lie, whether it runs from its sources or from `dist`. */
export interface ProjectFiles {
  /** Holds `package.json` and `openapi/`. */
  readonly root: string;
  /** Holds `dialects/` beside `src/`: the root itself, or `dist`. */
  readonly code: string;
}

/** Finds {@link ProjectFiles} from the place of this module, or of the file that it was bundled into. */
export function projectFiles(): ProjectFiles {
  const here = fileURLToPath(import.meta.url);
  return { root: folderAbove(here, 'package.json'), code: folderAbove(here, 'dialects') };
}

/**
 * A program of ours that runs in a process or thread of its own: TypeScript in the sources, JavaScript when built. `source` is its path without
 * the ending.
 */
export function programFile(source: string): string {
  return join(projectFiles().code, `${source}${extname(fileURLToPath(import.meta.url))}`);
}

/** The nearest folder on the way up that holds `name`. */
function folderAbove(path: string, name: string): string {
  const folder = dirname(path);
  if (folder === path) throw new Error(`no ${name} above ${fileURLToPath(import.meta.url)}`);
  return existsSync(join(folder, name)) ? folder : folderAbove(folder, name);
}
