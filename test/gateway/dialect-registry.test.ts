import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadDialects } from '../../src/gateway/dialect-registry.ts';
import type { DialectSettings } from '../../src/settings/settings.ts';
import { load as loadSettingsText, refusalOf } from '../settings/write-settings.ts';
import { FIXTURE_DIALECTS, FIXTURE_TENANT } from './support/start-gateway.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-registry-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const load = (plain: Partial<DialectSettings>) =>
  loadDialects({ dialects: { plain: { ...FIXTURE_DIALECTS.plain, ...plain } }, tenants: [FIXTURE_TENANT] });

async function changeDocument(from: string, to: string): Promise<string> {
  const text = await readFile(FIXTURE_DIALECTS.plain.document ?? '', 'utf8');
  const file = join(folder, 'plain.yaml');
  await writeFile(file, text.replace(from, to));
  return file;
}

describe('the dialect registry', () => {
  it('the dialect registry gives defaults, then the settings, then the tenant', async () => {
    const [plain] = await load({ options: { maxBytes: 7 } });
    expect(plain?.setting().options).toEqual({ maxBytes: 7, greeting: 'hello' });
    expect(plain?.setting('demo').options).toEqual({ maxBytes: 7, greeting: 'hello from demo' });
    expect(plain?.setting('unheard-of').options).toEqual({ maxBytes: 7, greeting: 'hello' });
  });

  it('the dialect registry refuses options that the dialect does not know', async () => {
    await expect(load({ options: { maxBites: 7 } })).rejects.toThrow(
      'dialects.plain.options: there is no setting "maxBites"; did you mean "maxBytes"?',
    );
  });

  it('the dialect registry says where the file has each option that is wrong, of all dialects and tenants at once', async () => {
    const text = [
      'dialects:',
      '  timbu: { options: { maxBytes: many } }',
      '  native:',
      '    options:',
      '      maxBites: 7',
      '  smartsheet: {}',
      'tenants:',
      '  - id: shop',
      '  - { id: till, dialects: { smartsheet: { options: { linkTtlSeconds: soon } } } }',
      '',
    ].join('\n');
    const lines = await refusalOf(loadSettingsText(text).then(loadDialects));
    expect([...lines].sort()).toEqual([
      'polyface.yaml:2:33: dialects.timbu.options.maxBytes: expected a whole number of at least 1, got "many"',
      'polyface.yaml:5:7: dialects.native.options: there is no setting "maxBites"; did you mean "maxBytes"?',
      'polyface.yaml:9:70: tenants.1.dialects.smartsheet.options.linkTtlSeconds: expected a whole number from 1 to 604800, got "soon"',
    ]);
  });

  it('the dialect registry refuses a folder without a dialect', async () => {
    await expect(load({ folder })).rejects.toThrow('there is no index.ts');
  });

  it.each([
    ['  timbo: {}', '2:3: dialects: there is no dialect "timbo"; did you mean "timbu"?'],
    [
      '  klingon: {}',
      '2:3: dialects: there is no dialect "klingon"; known: capillary-v2, magicline-v1, native, smartsheet, timbu',
    ],
    ['  mine: { folder: mine }', /^2:19: dialects\.mine: there is no index\.ts or index\.js in .*\/mine$/],
    ['  timbu: { document: timbu.yaml }', /^2:22: dialects\.timbu: there is no file .*\/timbu\.yaml$/],
    [
      `  plain: { folder: ${FIXTURE_DIALECTS.plain.folder} }`,
      '2:3: dialects.plain: "document" is missing: its OpenAPI document',
    ],
  ])(
    'the dialect registry says where the file names a dialect that is not there: %s',
    async (line, expected) => {
      const lines = await refusalOf(
        loadSettingsText(`dialects:\n${line}\ntenants: [{ id: shop }]\n`).then(loadDialects),
      );
      expect(lines.map((text) => text.replace('polyface.yaml:', ''))).toEqual([
        typeof expected === 'string' ? expected : expect.stringMatching(expected),
      ]);
    },
  );

  const writeDialect = async (base: string, code: string) => {
    const own = await mkdtemp(join(folder, 'own-'));
    await writeFile(join(own, 'package.json'), '{"type":"module"}');
    await writeFile(join(own, base), code);
    return own;
  };

  it.each([
    [
      "export default { name: 'own', title: 1 };",
      /index\.js lacks title \(string\), optionsSchema \(object\), credentials \(object\)/,
    ],
    ['export const dialect = 1;', /index\.js exports no dialect by default/],
  ])('the dialect registry names the parts that a dialect lacks: %s', async (code, expected) => {
    await expect(load({ folder: await writeDialect('index.js', code) })).rejects.toThrow(expected);
  });

  it.each(['index.ts', 'index.js'])(
    'the dialect registry names the line of a syntax error in %s',
    async (base) => {
      const own = await writeDialect(base, 'export const a = 1;\nexport default { name: 1\n');
      const file = join(own, 'polyface.yaml');
      const document = FIXTURE_DIALECTS.plain.document ?? '';
      await writeFile(
        file,
        `dialects: { own: { folder: ., document: ${document} } }\ntenants: [{ id: shop }]\n`,
      );
      const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'check', '--config', file], {
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stderr).toMatch(new RegExp(`dialect own: ${own}/${base}:[23]: \\S`));
    },
  );

  it.each([
    ['/images/d', '/images/d/{id}'],
    ['', '/{a}/{b}/{c}'],
    ['/docs', '/{id}'],
    ['', '/metrics'],
  ])(
    "the dialect registry refuses a document that reaches into the gateway's own paths: %s%s",
    async (prefix, template) => {
      const document = await changeDocument(
        '  /locate:',
        `  '${template}':\n    servers: [{ url: 'http://x${prefix}' }]`,
      );
      await expect(load({ document })).rejects.toThrow("which is the gateway's own");
    },
  );

  it('the dialect registry refuses a dialect under another name', async () => {
    const settings = { dialects: { other: FIXTURE_DIALECTS.plain }, tenants: [] };
    await expect(loadDialects(settings)).rejects.toThrow('calls itself plain');
  });

  it.each([
    [
      'an operation that only the document has',
      'operationId: explode',
      'operationId: explodes',
      'explodes is documented but not translated',
    ],
    [
      'a reference that leads nowhere',
      "'#/components/parameters/Id'",
      "'#/components/parameters/Ib'",
      'leads nowhere',
    ],
    ['another version of OpenAPI', 'openapi: 3.1.0', 'openapi: 3.0.3', 'no OpenAPI 3.1 document'],
  ])('the dialect registry refuses a document with %s', async (_what, from, to, message) => {
    await expect(load({ document: await changeDocument(from, to) })).rejects.toThrow(message);
  });
});
