import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ClientGenerator, Workshop } from './client-generator.ts';
import type { GeneratedFrom } from './documents.ts';
import { probeSource } from './probe-source.ts';
import { requireTool, runTool } from './run-tool.ts';

const VERSION = '7.25.0';
/** Sources alone. */
const PARTS = { apiDocs: false, modelDocs: false, apiTests: false, modelTests: false };

/** The targets of OpenAPI Generator. One run of it makes all clients of a target. */
export const OPENAPI_GENERATORS: readonly ClientGenerator[] = [
  {
    name: 'openapi-generator java',
    tool: `openapi-generator-cli ${VERSION}`,
    async build(shop, documents) {
      await generate(shop, 'java', documents, ({ id, dialect }) => ({
        ...partsFor(dialect),
        library: javaLibrary(dialect),
        invokerPackage: `generated.${id}`,
        apiPackage: `generated.${id}.api`,
        modelPackage: `generated.${id}.model`,
      }));
      const sources = join(shop.folder, 'java/probes/probe');
      await mkdir(sources, { recursive: true });
      for (const document of documents) {
        const source = await probeSource('java', document, {
          extension: 'java',
          baseUrl: '',
          importedAs: `generated.${document.id}`,
        });
        await writeFile(join(sources, `Probe_${document.id}.java`), source);
      }
      const projects = new Map(
        documents.map(({ dialect, id }) => [javaLibrary(dialect), join(shop.folder, 'java', id)]),
      );
      const classPath = await javaClassPath(shop, [...projects.values()]);
      const files = await requireTool(
        ['find', join(shop.folder, 'java'), '-name', '*.java', '-not', '-path', '*/test/*'],
        shop.options,
      );
      await writeFile(join(shop.folder, 'java/files'), files);
      return runTool(
        [
          'javac',
          '-nowarn',
          '-proc:none',
          '-d',
          join(shop.folder, 'java/classes'),
          '-cp',
          classPath,
          `@${join(shop.folder, 'java/files')}`,
        ],
        shop.options,
      );
    },
    async probe(shop, { id }) {
      const classPath = await javaClassPath(shop, []);
      return ['java', '-cp', `${join(shop.folder, 'java/classes')}:${classPath}`, `probe.Probe_${id}`];
    },
  },
  {
    name: 'openapi-generator go',
    tool: `openapi-generator-cli ${VERSION}`,
    async build(shop, documents) {
      await generate(shop, 'go', documents, ({ id }) => ({
        packageName: id,
        withGoMod: false,
        isGoSubmodule: false,
      }));
      const root = join(shop.folder, 'go');
      await writeFile(join(root, 'go.mod'), 'module probes\n\ngo 1.23\n');
      for (const document of documents) {
        const folder = join(root, 'cmd', document.id);
        await mkdir(folder, { recursive: true });
        await writeFile(
          join(folder, 'main.go'),
          await probeSource('go', document, { extension: 'go', baseUrl: '' }),
        );
      }
      await requireTool(['go', 'mod', 'tidy'], { ...shop.options, cwd: root });
      return runTool(['go', 'build', '-o', join(root, 'bin/'), './cmd/...'], { ...shop.options, cwd: root });
    },
    probe: async (shop, { id }) => [join(shop.folder, 'go/bin', id)],
  },
  {
    name: 'openapi-generator python',
    tool: `openapi-generator-cli ${VERSION}, urllib3`,
    needsPython: true,
    async build(shop, documents) {
      await generate(shop, 'python', documents, ({ id }) => ({ packageName: id, library: 'urllib3' }));
      await writeProbes(shop, 'python', documents, 'py');
      const folders = documents.map(({ id }) => join(shop.folder, 'python', id, id));
      return runTool([shop.python, '-m', 'compileall', '-q', ...folders], shop.options);
    },
    probe: async (shop, { id }) => [
      'env',
      `PYTHONPATH=${join(shop.folder, 'python', id)}`,
      shop.python,
      join(shop.folder, 'python', `probe_${id}.py`),
    ],
  },
  {
    name: 'openapi-generator typescript-fetch',
    tool: `openapi-generator-cli ${VERSION}`,
    async build(shop, documents) {
      await generate(shop, 'typescript-fetch', documents, ({ dialect }) => ({
        importFileExtension: '.js',
        ...partsFor(dialect),
      }));
      return shop.compileTypeScript('typescript-fetch', documents, ({ id }) => `./${id}/index.js`);
    },
    probe: async (shop, { id }) => ['node', join(shop.folder, 'typescript-fetch/out', `probe_${id}.js`)],
  },
];

/**
 * Where a picture may be the whole body or a form, Java and TypeScript import the type of the form but leave it out, unless they are told not to. Where
 * it can only be a form, telling them gives the name of that type twice.
 */
function partsFor(dialect: string): { readonly globalProperties: object } {
  return { globalProperties: dialect === 'native' ? { ...PARTS, skipFormModel: false } : PARTS };
}

async function generate(
  shop: Workshop,
  target: string,
  documents: readonly GeneratedFrom[],
  choose: (document: GeneratedFrom) => {
    readonly globalProperties?: object;
    readonly [name: string]: unknown;
  },
): Promise<void> {
  const folder = join(shop.folder, target);
  await mkdir(folder, { recursive: true });
  const files = await Promise.all(
    documents.map(async (document) => {
      const file = join(folder, `${document.id}.config.json`);
      const { globalProperties = PARTS, ...properties } = choose(document);
      const config = {
        generatorName: target,
        inputSpec: shop.documentFile(document),
        outputDir: join(folder, document.id),
        globalProperties,
        additionalProperties: { hideGenerationTimestamp: true, ...properties },
      };
      await writeFile(file, JSON.stringify(config));
      return file;
    }),
  );
  const jar = await generatorJar(shop);
  await requireTool(
    ['java', '-Dlog.level=error', '-jar', jar, 'batch', '--fail-fast', ...files],
    shop.options,
  );
}

/** From the local Maven repository; Maven puts it there. */
async function generatorJar(shop: Workshop): Promise<string> {
  const jar = join(
    homedir(),
    `.m2/repository/org/openapitools/openapi-generator-cli/${VERSION}/openapi-generator-cli-${VERSION}.jar`,
  );
  const isThere = await access(jar).then(
    () => true,
    () => false,
  );
  if (!isThere)
    await requireTool(
      [
        'mvn',
        '-q',
        '-B',
        'dependency:get',
        `-Dartifact=org.openapitools:openapi-generator-cli:${VERSION}`,
        '-Dtransitive=false',
      ],
      shop.options,
    );
  return jar;
}

const classPaths = new WeakMap<Workshop, Promise<string>>();

/** Of the generator's libraries, `native` needs nothing else, but sends the path of a picture that is the whole body, as JSON. */
function javaLibrary(dialect: string): 'native' | 'okhttp-gson' {
  return dialect === 'native' ? 'okhttp-gson' : 'native';
}

/** What the generated `pom.xml` files ask for. Asked once; the first caller names one project of each library. */
function javaClassPath(shop: Workshop, projects: readonly string[]): Promise<string> {
  const known = classPaths.get(shop);
  if (known) return known;
  const asked = Promise.all(projects.map((project) => classPathOf(shop, project))).then((paths) =>
    paths.join(':'),
  );
  classPaths.set(shop, asked);
  return asked;
}

async function classPathOf(shop: Workshop, project: string): Promise<string> {
  const file = join(project, 'class-path');
  const goal = ['dependency:build-classpath', '-Dmdep.includeScope=compile', `-Dmdep.outputFile=${file}`];
  await requireTool(['mvn', '-q', '-B', ...goal], { ...shop.options, cwd: project });
  return (await readFile(file, 'utf8')).trim();
}

async function writeProbes(
  shop: Workshop,
  target: string,
  documents: readonly GeneratedFrom[],
  extension: string,
): Promise<void> {
  for (const document of documents)
    await writeFile(
      join(shop.folder, target, `probe_${document.id}.${extension}`),
      await probeSource(target, document, { extension, baseUrl: '' }),
    );
}
