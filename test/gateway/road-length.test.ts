import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
/** The vocabulary is read once, not once for each request. */
const VOCABULARY = 'src/domain/';

/** Files that a module loads at run time, itself included; imports of types load nothing. */
function filesOnTheWay(entries: readonly string[]): Map<string, number> {
  const lines = new Map<string, number>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (lines.has(file) || file.startsWith(VOCABULARY)) continue;
    const text = readFileSync(join(ROOT, file), 'utf8');
    lines.set(file, text.split('\n').length - 1);
    for (const [, names = '', target = ''] of text.matchAll(IMPORT)) {
      const isOfTypes =
        /^\{[^}]*\}$/.test(names.trim()) &&
        names.match(/[\w$]+(?: as [\w$]+)?\s*(?=[,}])/g)?.length === names.match(/\btype /g)?.length;
      if (!isOfTypes) waiting.push(relative(ROOT, join(ROOT, dirname(file), target)));
    }
  }
  return lines;
}

const IMPORT = /^(?:import|export) (?!type )([^;']*?)(?: from )?'(\.[^']+)'/gm;

it('an upload passes at most 60 files and 4,500 lines from handleRequest to the swap of the record', () => {
  const way = filesOnTheWay(['src/gateway/handle-request.ts', 'src/core/put-images.ts']);
  expect([...way.keys()]).toEqual(
    expect.arrayContaining(['src/core/commit-images.ts', 'src/gateway/intake/receive-multipart.ts']),
  );
  expect(way.size).toBeLessThanOrEqual(60);
  expect([...way.values()].reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(4500);
});
