import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build, type Plugin } from 'esbuild';
import { parse } from 'yaml';
import type { Dialect, JsonObject } from '../src/domain/index.ts';
import { digestOf, preparedFile } from '../src/prepared/prepared.ts';
import { projectFiles } from '../src/prepared/project-files.ts';
import { VERDICT_OPTIONS, VERDICTS_FILE, verdictKey } from '../src/prepared/schema-faults.ts';
import { settingsSchema } from '../src/settings/settings-schema.ts';

const { root } = projectFiles();

/** Writes the documents as JSON: they are parsed four times as fast, and the parser need not be there. */
export async function prepareDocuments(outdir: string): Promise<void> {
  const documents = (await readdir(join(root, 'openapi'))).filter((name) => name.endsWith('.yaml'));
  for (const file of [...documents.map((name) => join('openapi', name)), 'config/demo-guide.yaml']) {
    const text = await readFile(join(root, file), 'utf8');
    const parsed = parsedOrNothing(file, text);
    if (parsed !== undefined)
      await writeNew(preparedFile(`${digestOf(text)}.json`, outdir), JSON.stringify(parsed));
  }
}

/** A document with a mistake is not prepared; the start that needs it says where the mistake is. */
function parsedOrNothing(file: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (cause) {
    console.error(`${file} is not prepared: ${cause instanceof Error ? cause.message : String(cause)}`);
    return undefined;
  }
}

/** Writes the compiled checks of the settings and of every dialect's options. */
export async function prepareChecks(outdir: string, dialects: readonly string[]): Promise<void> {
  const schemas: JsonObject[] = [settingsSchema];
  for (const name of dialects) {
    const module: { default: Dialect } = await import(`../dialects/${name}/index.ts`);
    schemas.push(module.default.optionsSchema);
  }
  const modules = new Map(
    schemas.map((schema) => {
      const ajv = new Ajv2020({ ...VERDICT_OPTIONS, code: { source: true, esm: true } });
      return [verdictKey(schema), standalone.default(ajv, ajv.compile(schema))];
    }),
  );
  const keys = [...modules.keys()];
  await build({
    stdin: {
      contents: `${keys.map((key, at) => `import verdict${at} from 'verdict:${key}';`).join('\n')}
export default { ${keys.map((key, at) => `'${key}': verdict${at}`).join(', ')} };`,
    },
    outfile: preparedFile(VERDICTS_FILE, outdir),
    bundle: true,
    format: 'esm',
    platform: 'node',
    minify: true,
    logLevel: 'warning',
    plugins: [verdictsIn(modules)],
  });
}

/** The code asks for ajv's few functions of run time; the bundle has them in it. */
function verdictsIn(modules: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'verdicts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^verdict:/ }, ({ path }) => ({
        path: path.slice('verdict:'.length),
        namespace: 'verdict',
      }));
      onLoad({ filter: /.*/, namespace: 'verdict' }, ({ path }) => ({
        contents: modules.get(path) ?? '',
        resolveDir: root,
      }));
    },
  };
}

async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
