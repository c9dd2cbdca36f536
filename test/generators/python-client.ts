import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientGenerator } from './client-generator.ts';
import { probeSource } from './probe-source.ts';
import { runTool } from './run-tool.ts';

/** The generator of Python's own people. */
export const PYTHON_CLIENT: ClientGenerator = {
  name: 'openapi-python-client',
  tool: 'openapi-python-client 0.29.1',
  needsPython: true,
  async build(shop, documents) {
    const folder = join(shop.folder, 'openapi-python-client');
    await mkdir(folder, { recursive: true });
    // Pictures are files to it only where it is told; it formats with a tool that need not be there.
    const config = join(folder, 'config.json');
    await writeFile(
      config,
      JSON.stringify({ content_type_overrides: { 'image/*': 'application/octet-stream' }, post_hooks: [] }),
    );
    for (const document of documents) {
      const made = await runTool(
        [
          join(dirname(shop.python), 'openapi-python-client'),
          'generate',
          '--path',
          shop.documentFile(document),
          '--config',
          config,
          '--meta',
          'none',
          '--output-path',
          join(folder, document.id),
        ],
        shop.options,
      );
      if (!made.ok) return made;
      await writeFile(
        join(folder, `probe_${document.id}.py`),
        await probeSource('openapi-python-client', document, {
          extension: 'py',
          baseUrl: shop.baseUrlOf(document),
        }),
      );
    }
    return runTool([shop.python, '-m', 'compileall', '-q', folder], shop.options);
  },
  probe: async (shop, { id }) => [
    'env',
    `PYTHONPATH=${join(shop.folder, 'openapi-python-client')}`,
    shop.python,
    join(shop.folder, 'openapi-python-client', `probe_${id}.py`),
  ],
};
