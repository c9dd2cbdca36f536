import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { projectFiles } from '../gateway/project-root.ts';

/**
 * Keeps what the engine compiles beside the dependencies, so that the next start finds it there: half of a start is compiling. Not in
 * the system's temporary folder, where others could put code for us to run. Where the folder cannot be written, every start
 * compiles for itself. Call it before the modules are imported that it is for.
 */
export function keepCompiledCode(): void {
  enableCompileCache(join(projectFiles().root, 'node_modules', '.cache', 'polyface'));
}
