/*
 * `npm run generators [-- --only NAME,NAME] [--write]`: generates clients from every document that the gateway serves, compiles them, and has
 * each upload a picture, read it back and see an error, on running gateways of both profiles. `--only` takes parts of names; `--write` keeps the
 * rows in docs/generated-clients.md, `--keep` the folder with the clients. Ends with `N passed, N failed`.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ClientGenerator } from './client-generator.ts';
import { clientsTable } from './clients-table.ts';
import { DOCUMENTS, STEPS } from './documents.ts';
import { OPENAPI_GENERATORS } from './openapi-generator.ts';
import { PYTHON_CLIENT } from './python-client.ts';
import { buildClients, type Cell, isGreen, tryClient } from './try-generator.ts';
import { TYPESCRIPT_GENERATORS } from './typescript-generators.ts';
import { openWorkshop } from './workshop.ts';

const GENERATORS: readonly ClientGenerator[] = [
  ...TYPESCRIPT_GENERATORS,
  ...OPENAPI_GENERATORS,
  PYTHON_CLIENT,
];
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const parts = values.only.split(',');
const wanted = GENERATORS.filter(({ name }) => parts.some((part) => name.includes(part)));
const strange = parts.filter((part) => !GENERATORS.some(({ name }) => name.includes(part)));
if (strange.length > 0)
  throw new Error(
    `no such generator: ${strange.join(', ')}; there are ${GENERATORS.map(({ name }) => name).join(', ')}`,
  );

const shop = await openWorkshop({ withPython: wanted.some(({ needsPython }) => needsPython) });
const cells: Cell[] = [];
try {
  for (const generator of wanted) await tryAll(generator);
} finally {
  await shop.close({ keep: values.keep });
  if (values.keep) console.log(shop.folder);
}
if (values.write) {
  const page = join(import.meta.dirname, '../../docs/generated-clients.md');
  const previous = existsSync(page) ? await readFile(page, 'utf8') : '';
  await writeFile(page, clientsTable(GENERATORS, DOCUMENTS, cells, previous));
}
const green = cells.filter(isGreen).length;
console.log(`\n${green} passed, ${cells.length - green} failed`);
process.exitCode = green < cells.length || green === 0 ? 1 : 0;

async function tryAll(generator: ClientGenerator): Promise<void> {
  const began = Date.now();
  const built = await buildClients(shop, generator);
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`\n── ${generator.name}: ${built.ok ? 'generated and compiled' : 'NOT BUILT'} (${seconds} s)`);
  if (!built.ok) console.log(built.output.slice(0, 8000));
  for (const document of DOCUMENTS) {
    const cell: Cell = built.ok
      ? await tryClient(shop, generator, document)
      : { generator: generator.name, document: document.id, done: [], output: 'not built' };
    cells.push(cell);
    if (isGreen(cell)) console.log(`ok   ${document.label}`);
    else {
      const missing = STEPS.filter((step) => !cell.done.includes(step)).join(', ');
      console.log(`FAIL ${document.label}: no ${missing}: ${cell.output?.slice(0, 3000) ?? ''}`);
    }
  }
}
