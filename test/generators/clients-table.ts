import type { ClientGenerator } from './client-generator.ts';
import { type GeneratedFrom, STEPS } from './documents.ts';
import type { Cell } from './try-generator.ts';

/** The page of what works: generators down, documents across. The row of a generator that did not run stays as it is in the previous page. */
export function clientsTable(
  generators: readonly ClientGenerator[],
  documents: readonly GeneratedFrom[],
  cells: readonly Cell[],
  previous: string,
): string {
  const rows = generators.map(({ name, tool }) => {
    if (!cells.some(({ generator }) => generator === name)) return rowOf(previous, name);
    const marks = documents.map(({ id }) => {
      const cell = cells.find((one) => one.generator === name && one.document === id);
      return STEPS.map((step) => (cell?.done.includes(step) ? '✓' : '✗')).join(' ');
    });
    return `| ${name} | ${tool} | ${marks.join(' | ')} |`;
  });
  return `# Generated clients

Written by \`npm run generators -- --write\`; do not edit. Each client is generated from the document that a running gateway serves
(\`/openapi/<dialect>.<profile>.json\`), compiled together with a few lines that use it ([test/generators/probes](../test/generators/probes)), and
run against that gateway. The three marks of a cell: it **uploads** a picture, **reads** what was stored, sees an **error** as what it is.
TypeScript is compiled with \`strict\`.

| generator | version | ${documents.map(({ label }) => label).join(' | ')} |
| --- | --- | ${documents.map(() => '---').join(' | ')} |
${rows.join('\n')}

magicline-v1 and native have the same document in both profiles.

What to know:
- \`openapi-typescript\` types files as \`string\`: hand the \`Blob\` over with a \`bodySerializer\`, as the examples do.
- \`hey-api\` types an error as \`unknown\` where one status has no body (416 of pictures): ask with \`in\` before you read a member.
- \`openapi-generator\` needs \`--global-property skipFormModel=false\` for native in Java and \`typescript-fetch\`: else it leaves out a type that it
  imports. For the other documents it must not be set: a type would be there twice.
- \`openapi-python-client\` needs \`content_type_overrides: {'image/*': application/octet-stream}\` in its settings, or it gives no picture.
- Java: the library \`native\` sends the path of a picture that is the whole body, as JSON. native is generated with the default, \`okhttp-gson\`, which
  sends the picture; the others are forms, and with \`native\`.
- Java and \`typescript-fetch\` give the error's text, Go and both Python clients give it typed.
- Observed Timbu answers 500 in plain text, so its error is an object or a text.
- Observed Capillary answers business errors with HTTP 200, so its clients see \`errors\` in the value and throw nothing.
`;
}

function rowOf(page: string, name: string): string {
  const row = page.split('\n').find((line) => line.startsWith(`| ${name} |`));
  if (row === undefined) throw new Error(`${name} did not run, and the page has no row of it`);
  return row;
}
