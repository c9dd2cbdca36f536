/*
 * Fails where a regular expression of `src` or `dialects` takes more than linear time on some input: one header of 16 KB would delay all other
 * requests. For each expression recheck either proves that it is linear or shows an attack. The expressions for which it finds neither in time are
 * listed; the length of their input is bounded.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSync } from 'recheck';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const files = ['src', 'dialects'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

/** By pattern and flags: where it stands first. */
const expressions = new Map();
for (const file of files) {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const visit = (node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      if (!expressions.has(node.text)) expressions.set(node.text, `${file}:${line}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

let slow = 0;
for (const [literal, place] of expressions) {
  const end = literal.lastIndexOf('/');
  // recheck knows no indices and no sets; neither changes the time.
  const flags = literal.slice(end + 1).replace(/[dv]/g, '');
  const { status, complexity, attack } = checkSync(literal.slice(1, end), flags, { timeout: 4_000 });
  if (status === 'vulnerable') {
    slow += 1;
    console.log(`${place} ${literal} is ${complexity.summary}: ${attack.pattern.slice(0, 120)}`);
  } else if (status === 'unknown') {
    console.log(`${place} ${literal} could not be judged in time`);
  }
}
console.log(`${expressions.size} expressions judged, ${slow} slow`);
process.exit(slow > 0 ? 1 : 0);
