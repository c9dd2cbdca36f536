import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/** `openapi/admin.yaml`. */
export const document = parse(readFileSync('openapi/admin.yaml', 'utf8')) as {
  paths: Record<
    string,
    Record<string, { summary: string; responses: Record<string, { content: Record<string, object> }> }>
  >;
};
const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addSchema(document, 'admin');
addFormats.default(ajv);

/** Where the body of a response to GET is not as the document says. */
export function faultsIn(path: string, body: unknown): readonly (string | undefined)[] {
  const pointer = path.replaceAll('~', '~0').replaceAll('/', '~1');
  const validate = ajv.getSchema(
    `admin#/paths/${pointer}/get/responses/200/content/application~1json/schema`,
  );
  if (!validate) return [`${path} is not in the document`];
  void validate(body);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Where a value is not as a schema of the document says. */
export function faultsOf(schema: string, value: unknown): readonly (string | undefined)[] {
  const validate = ajv.getSchema(`admin#/components/schemas/${schema}`);
  if (!validate) return [`${schema} is not in the document`];
  void validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
