/*
 * The second half of a build, after the type check: bundles the sources into few files and prepares what does not change between two
 * starts (docs/decisions/1004, 1005). Usage: `node scripts/bundle.ts <folder>`.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { projectFiles } from '../src/prepared/project-files.ts';
import { httpWithoutFacade, leftOut, outside } from './bundle-plugins.ts';
import { prepareChecks, prepareDocuments } from './prepare-start.ts';
import { writeNotice } from './write-notice.ts';

const { root } = projectFiles();
const outdir = process.argv[2] ?? join(root, 'dist');
// A folder in which somebody has only begun is no dialect yet.
const dialects = (await readdir(join(root, 'dialects'))).filter((name) =>
  existsSync(join(root, 'dialects', name, 'index.ts')),
);

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [
    'src/cli/polyface.ts',
    'src/sandbox/index.ts',
    'src/conformance/index.ts',
    // What the code of a dialect that is added later imports.
    'src/domain/index.ts',
    'src/imaging/worker/worker.ts',
    'src/gateway/intake/hash-thread.ts',
    ...dialects.map((name) => `dialects/${name}/index.ts`),
  ],
  outdir,
  outbase: '.',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'linked',
  logLevel: 'warning',
  metafile: true,
  plugins: [outside(), httpWithoutFacade(), leftOut()],
  // CommonJS packages ask for Node's own modules with `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
});
await requireDeclared(metafile);
await writeNotice(metafile, join(outdir, 'THIRD-PARTY.txt'));
await prepareDocuments(outdir);
await prepareChecks(outdir, dialects);

/** What a bundled package needs comes along by chance where the bundle asks for it by name: other installers put it elsewhere. */
async function requireDeclared({ outputs }: Metafile): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const asked = Object.values(outputs).flatMap(({ imports }) =>
    imports.filter(({ external, path }) => external && !isBuiltin(path)).map(({ path }) => path),
  );
  const undeclared = [...new Set(asked)].filter(
    (path) => !(path.split('/', path.startsWith('@') ? 2 : 1).join('/') in dependencies),
  );
  if (undeclared.length > 0) throw new Error(`package.json declares no ${undeclared.join(', ')}`);
}
