import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where this program's files lie, whether it runs from its sources or from `dist`. */
export interface ProjectFiles {
  /** Holds `package.json` and `openapi/`. */
  readonly root: string;
  /** Holds `dialects/` beside `src/`: the root itself, or `dist`. */
  readonly code: string;
}

/** Finds {@link ProjectFiles} from the place of this module. */
export function projectFiles(): ProjectFiles {
  const code = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
  let root = code;
  while (!existsSync(join(root, 'package.json'))) {
    const parent = dirname(root);
    if (parent === root) throw new Error(`no package.json above ${code}`);
    root = parent;
  }
  return { root, code };
}
