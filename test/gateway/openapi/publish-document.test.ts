import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../../src/domain/index.ts';
import { documentOfProfile } from '../../../src/gateway/openapi/document-profile.ts';
import { flattenSchemas } from '../../../src/gateway/openapi/flatten-schemas.ts';
import { loadDocument } from '../../../src/gateway/openapi/load-document.ts';
import { nameSchemas } from '../../../src/gateway/openapi/name-schemas.ts';
import { operationsOf } from '../../../src/gateway/openapi/open-api-document.ts';
import { publishDocument } from '../../../src/gateway/openapi/publish-document.ts';

const FOLDER = join(import.meta.dirname, '../../../openapi');
const published = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml') && name !== 'admin.yaml')
  .flatMap((name) =>
    (['documented', 'observed'] as const).map((profile) => ({
      name: `${name}, ${profile}`,
      file: join(FOLDER, name),
      profile,
      document: publishDocument(parse(readFileSync(join(FOLDER, name), 'utf8')), profile),
    })),
  );

describe('a document of several profiles', () => {
  it('a document of several profiles gets members of one profile merged in, and what is no object replaced', () => {
    const source = {
      kept: 1,
      inner: { a: 1, list: [1] },
      'x-polyface-profiles': {
        documented: { inner: { b: 2, list: [2] } },
        observed: { inner: { 'x-polyface-profiles': { observed: { c: 3 } } } },
      },
    };
    expect(documentOfProfile(source, 'documented')).toEqual({ kept: 1, inner: { a: 1, b: 2, list: [2] } });
    expect(documentOfProfile(source, 'observed')).toEqual({ kept: 1, inner: { a: 1, list: [1], c: 3 } });
  });

  it('a document of several profiles is published with whole paths below the root where the prefixes differ', () => {
    const source = {
      openapi: '3.1.0',
      servers: [{ url: '/v2' }],
      paths: { '/a': { get: {} }, '/b': { 'x-polyface-prefixes': ['/v3', '/'], get: {} } },
    };
    const document = publishDocument(source, 'documented', 'https://images.example.com');
    expect(document.servers).toEqual([{ url: 'https://images.example.com' }]);
    expect(Object.keys(document.paths as JsonObject)).toEqual(['/v2/a', '/v3/b']);
  });

  it('a document of several profiles is published without the components that only the other profile uses', () => {
    const source = {
      paths: {
        'x-polyface-profiles': {
          documented: { '/a': { $ref: '#/components/schemas/Outer' } },
          observed: { '/a': { $ref: '#/components/schemas/Other' } },
        },
      },
      components: { schemas: { Outer: { $ref: '#/components/schemas/Inner' }, Inner: {}, Other: {} } },
    };
    expect(publishDocument(source, 'documented').components).toEqual({
      schemas: { Outer: { $ref: '#/components/schemas/Inner' }, Inner: {} },
    });
    expect(publishDocument(source, 'observed').components).toEqual({ schemas: { Other: {} } });
  });
});

describe('an allOf of objects', () => {
  it('an allOf of objects is published as one object in which later members narrow earlier ones', () => {
    const source = {
      components: {
        schemas: {
          Error: {
            type: 'object',
            required: ['code'],
            properties: { code: { type: 'integer', format: 'int32' } },
          },
        },
        responses: {
          Gone: {
            schema: {
              title: 'GoneError',
              allOf: [
                { $ref: '#/components/schemas/Error' },
                { required: ['text'], properties: { code: { const: 7 } } },
              ],
            },
          },
        },
      },
    };
    expect(flattenSchemas(source.components.responses, source)).toEqual({
      Gone: {
        schema: {
          title: 'GoneError',
          type: 'object',
          required: ['code', 'text'],
          properties: { code: { type: 'integer', format: 'int32', const: 7 } },
        },
      },
    });
  });
});

describe('a titled schema of a response', () => {
  it('a titled schema of a response is published among the components, so that operations share it', () => {
    const schema = { title: 'GoneError', type: 'object' };
    const responses = { Gone: { content: { 'application/json': { schema } } } };
    expect(nameSchemas({ components: { responses } }).components).toEqual({
      schemas: { GoneError: { type: 'object' } },
      responses: {
        Gone: { content: { 'application/json': { schema: { $ref: '#/components/schemas/GoneError' } } } },
      },
    });
  });
});

/* Each of these broke a generator that people use. */
describe.each(published)('the published document of $name', ({ document, file, profile }) => {
  const schemas = [...schemasIn(document)];
  // No generator looks under `not`.
  const generated = [
    ...schemasIn(JSON.parse(JSON.stringify(document, (key, value) => (key === 'not' ? undefined : value)))),
  ];

  it('the published document has the paths under which operations are pointed at', async () => {
    const { documentOf } = await loadDocument(file);
    const paths = operationsOf(documentOf(profile)).map(({ publishedAs }) => publishedAs);
    expect([...new Set(paths)]).toEqual(Object.keys(document.paths ?? {}));
  });

  it('the published document gives every integer a format', () => {
    expect(schemas.filter((schema) => typesOf(schema).includes('integer') && !schema.format)).toEqual([]);
  });

  it('the published document gives every const and enum a type', () => {
    expect(schemas.filter((schema) => ('const' in schema || 'enum' in schema) && !schema.type)).toEqual([]);
  });

  it('a published document has no constant boolean, which Python clients take for a text', () => {
    const booleans = generated.filter((schema) => typesOf(schema).includes('boolean'));
    expect(booleans.filter((schema) => 'const' in schema || 'enum' in schema)).toEqual([]);
  });

  it('the published document bounds no number of files, which Go clients do not compile', () => {
    const lists = generated.filter(({ items }) => isJsonObject(items) && items.format === 'binary');
    expect(lists.filter((schema) => 'minItems' in schema || 'maxItems' in schema)).toEqual([]);
  });

  it('a published document has no list in a union, which Java clients cannot name', () => {
    const unions = [...membersOfUnions(document)];
    const { schemas: ofSchemas = {} } = document.components as Record<string, JsonObject>;
    const members = unions.map(
      ({ $ref = '', ...rest }) =>
        ofSchemas[typeof $ref === 'string' ? ($ref.split('/').at(-1) ?? '') : ''] ?? rest,
    );
    expect(members.filter((schema) => isJsonObject(schema) && typesOf(schema).includes('array'))).toEqual([]);
  });

  it('the published document gives every array items', () => {
    expect(schemas.filter((schema) => typesOf(schema).includes('array') && !schema.items)).toEqual([]);
  });

  it('the published document narrows nothing by allOf', () => {
    expect(JSON.stringify(document)).not.toContain('"allOf"');
  });

  it('the published document has no schema that is null alone', () => {
    expect(schemas.filter(({ type }) => type === 'null')).toEqual([]);
  });

  it('the published document names no schema as it names a response', () => {
    const { schemas: ofSchemas, responses } = document.components as Record<string, JsonObject>;
    const names = new Set(Object.keys(ofSchemas ?? {}));
    expect(Object.keys(responses ?? {}).filter((name) => names.has(name))).toEqual([]);
  });

  it('the published document has one server, and none at a path or an operation', () => {
    expect(document.servers).toHaveLength(1);
    expect(JSON.stringify(document.paths)).not.toContain('"servers"');
  });

  it('the published document has a schema for every body, and no body that is one of several', () => {
    const media = [...mediaIn(document)];
    expect(media.length).toBeGreaterThan(0);
    expect(media.filter(({ schema }) => !isJsonObject(schema) || 'oneOf' in schema)).toEqual([]);
  });

  it('the published document has no link whose body is a list, and no control character in a pattern', () => {
    const text = JSON.stringify(document);
    expect(text).not.toMatch(/"requestBody":\[/);
    expect(text).not.toContain('\\\\u0000');
  });
});

function* schemasIn(node: Json | undefined): Generator<JsonObject> {
  if (isJsonArray(node)) for (const member of node) yield* schemasIn(member);
  if (!isJsonObject(node)) return;
  // Examples are no schemas, whatever their members are called.
  const { example: _one, examples: _several, ...rest } = node;
  if ('type' in node || 'enum' in node || 'const' in node) yield node;
  for (const value of Object.values(rest)) yield* schemasIn(value);
}

/** Each schema of a `oneOf` or an `anyOf`. */
function* membersOfUnions(node: Json | undefined): Generator<JsonObject> {
  if (isJsonArray(node)) for (const member of node) yield* membersOfUnions(member);
  if (!isJsonObject(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if ((key === 'oneOf' || key === 'anyOf') && isJsonArray(value)) yield* value.filter(isJsonObject);
    if (key !== 'not') yield* membersOfUnions(value);
  }
}

function* mediaIn(node: Json | undefined): Generator<JsonObject> {
  if (isJsonArray(node)) for (const member of node) yield* mediaIn(member);
  if (!isJsonObject(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'content' && isJsonObject(value))
      yield* Object.values(value).map((media) => (isJsonObject(media) ? media : {}));
    else yield* mediaIn(value);
  }
}

function typesOf({ type }: JsonObject): Json[] {
  return isJsonArray(type) ? [...type] : [type ?? null];
}
