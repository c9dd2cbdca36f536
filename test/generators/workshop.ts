import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Workshop } from './client-generator.ts';
import { DOCUMENTS, type GeneratedFrom } from './documents.ts';
import { probeSource } from './probe-source.ts';
import { requireTool, runTool } from './run-tool.ts';

const root = join(import.meta.dirname, '../..');

/** A {@link Workshop} that is open: its gateways run until it is closed. */
export interface OpenWorkshop extends Workshop {
  /** Gives the gateway of a document its demo people back. */
  reset(document: GeneratedFrom): void;
  /** Stops the gateways; removes the folder unless it shall stay. */
  close(choices?: { readonly keep: boolean }): Promise<void>;
}

/** Starts a gateway of each profile and fetches their documents. Installs the generators where they are missing. */
export async function openWorkshop({ withPython }: { readonly withPython: boolean }): Promise<OpenWorkshop> {
  if (!existsSync(join(import.meta.dirname, 'node_modules')))
    await requireTool(['npm', 'ci', '--no-audit', '--no-fund'], { cwd: import.meta.dirname });
  if (withPython) await requireTool(['bash', 'judges/install-python-tools.sh'], { cwd: root });
  const folder = await mkdtemp(join(tmpdir(), 'polyface-clients-'));
  const sandboxes = {
    documented: await startSandbox({ profile: 'documented' }),
    observed: await startSandbox({ profile: 'observed' }),
  };
  const baseUrls = new Map<string, string>();
  await mkdir(join(folder, 'documents'));
  for (const { id, dialect, profile } of DOCUMENTS) {
    const answer = await fetch(`${sandboxes[profile].url}/openapi/${dialect}.${profile}.json`);
    const text = await answer.text();
    const { servers } = JSON.parse(text) as { servers: { url: string }[] };
    baseUrls.set(id, servers[0]?.url ?? '');
    await writeFile(join(folder, 'documents', `${id}.json`), text);
  }
  await copyFile(join(root, 'test/fixtures/portrait.jpg'), join(folder, 'portrait.jpg'));
  await symlink(join(import.meta.dirname, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const baseUrlOf = ({ id }: GeneratedFrom) => baseUrls.get(id) ?? '';
  return {
    folder,
    options: { cwd: folder },
    python: join(root, 'judges/python-tools/bin/python'),
    baseUrlOf,
    documentFile: ({ id }) => join(folder, 'documents', `${id}.json`),
    async compileTypeScript(generator, documents, importedAs) {
      const place = join(folder, generator);
      for (const document of documents) {
        const choices = { extension: 'ts', baseUrl: baseUrlOf(document), importedAs: importedAs(document) };
        const source = await probeSource(generator, document, choices);
        await writeFile(join(place, `probe_${document.id}.ts`), source);
      }
      await writeFile(join(place, 'tsconfig.json'), JSON.stringify(STRICT));
      const compiler = join(import.meta.dirname, 'node_modules/typescript/bin/tsc');
      return runTool(['node', compiler, '-p', place], { cwd: place });
    },
    reset: ({ profile }) => sandboxes[profile].reset(),
    async close({ keep } = { keep: false }) {
      await sandboxes.documented.stop();
      await sandboxes.observed.stop();
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The settings of a compiler that forgives generated code nothing. */
const STRICT = {
  compilerOptions: {
    strict: true,
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024', 'dom', 'dom.iterable'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    skipLibCheck: true,
    rootDir: '.',
    outDir: 'out',
  },
  include: ['**/*.ts'],
  exclude: ['out'],
};
