import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientGenerator } from './client-generator.ts';
import { runTool } from './run-tool.ts';

const TOOLS = join(import.meta.dirname, 'node_modules');

/** The generators that are npm packages. */
export const TYPESCRIPT_GENERATORS: readonly ClientGenerator[] = [
  {
    name: 'openapi-typescript',
    tool: 'openapi-typescript 7.13.0 with openapi-fetch 0.17.0',
    async build(shop, documents) {
      const folder = join(shop.folder, 'openapi-typescript');
      await mkdir(folder, { recursive: true });
      for (const document of documents) {
        const made = await runTool(
          [
            'node',
            join(TOOLS, 'openapi-typescript/bin/cli.js'),
            shop.documentFile(document),
            '--output',
            join(folder, `${document.id}.d.ts`),
          ],
          shop.options,
        );
        if (!made.ok) return made;
      }
      return shop.compileTypeScript('openapi-typescript', documents, ({ id }) => `./${id}.js`);
    },
    probe: async (shop, { id }) => ['node', join(shop.folder, 'openapi-typescript/out', `probe_${id}.js`)],
  },
  {
    name: 'hey-api',
    tool: '@hey-api/openapi-ts 0.99.0, its fetch client',
    async build(shop, documents) {
      const folder = join(shop.folder, 'hey-api');
      await mkdir(folder, { recursive: true });
      const jobs = documents.map((document) => ({
        input: shop.documentFile(document),
        output: { path: join(folder, document.id), importFileExtension: '.js' },
        logs: { level: 'error', file: false },
        plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
      }));
      const config = join(folder, 'openapi-ts.config.mjs');
      await writeFile(config, `export default ${JSON.stringify(jobs)};\n`);
      const made = await runTool(
        ['node', join(TOOLS, '@hey-api/openapi-ts/bin/run.js'), '-f', config],
        shop.options,
      );
      if (!made.ok) return made;
      return shop.compileTypeScript('hey-api', documents, ({ id }) => `./${id}`);
    },
    probe: async (shop, { id }) => ['node', join(shop.folder, 'hey-api/out', `probe_${id}.js`)],
  },
];
