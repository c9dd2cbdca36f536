import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { load, refusal, SMALLEST, writeSettings } from './write-settings.ts';

describe('settings', () => {
  it('fill in every default', async () => {
    expect(await load(SMALLEST)).toMatchObject({
      demo: false,
      listen: { host: '127.0.0.1', port: 8080 },
      store: { kind: 'filesystem' },
      dialects: { timbu: { profile: 'documented', options: {} } },
      tenants: [{ id: 'shop', strictSubjects: true, credentials: [], subjects: [] }],
      downloads: { mode: 'gateway', keys: [] },
      limits: { shutdownSeconds: 30, spoolMemoryBytes: 1_048_576 },
      rateLimits: { enabled: true },
      log: { level: 'info' },
    });
  });

  it('fill in the defaults of the kind that was chosen', async () => {
    const { store, tenants } = await load(`
dialects: { capillary-v2: {} }
store: { kind: azure, container: faces, credential: { kind: sas, endpoint: 'http://x', token: t } }
tenants:
  - id: shop
    credentials: [{ id: c, dialect: capillary-v2, kind: client, key: k, secret: { sha256: ${'a'.repeat(64)} } }]
`);
    expect(store).toMatchObject({ kind: 'azure', createContainer: false, timeoutSeconds: 10 });
    expect(tenants[0]?.credentials[0]).toMatchObject({ scopes: [], ttlSeconds: 300 });
  });

  it('take the file from POLYFACE_CONFIG unless the command line names one', async () => {
    const fromEnv = await writeSettings(SMALLEST);
    const fromLine = await writeSettings(SMALLEST.replace('shop', 'till'));
    const env = { POLYFACE_CONFIG: fromEnv };
    expect((await loadSettings({ env })).tenants[0]?.id).toBe('shop');
    expect((await loadSettings({ env, overrides: { file: fromLine } })).tenants[0]?.id).toBe('till');
  });

  it('let PORT and POLYFACE_DATA_DIR replace the file, and the command line both', async () => {
    const env = { PORT: '9000', POLYFACE_DATA_DIR: '/from/env' };
    expect(await load(SMALLEST, env)).toMatchObject({ listen: { port: 9000 }, dataDir: '/from/env' });
    expect(await load(SMALLEST, env, { port: 0, dataDir: '/from/line' })).toMatchObject({
      listen: { port: 0 },
      dataDir: '/from/line',
    });
  });

  it('take secrets from the environment', async () => {
    const text = `${SMALLEST}downloads: { keys: [{ id: k1, secret: '\${SIGNING_KEY}' }] }\n`;
    const { downloads } = await load(text, { SIGNING_KEY: 'x'.repeat(32) });
    expect(downloads.keys[0]?.secret).toBe('x'.repeat(32));
  });

  it('find folders and documents of own dialects beside the file', async () => {
    const text = `dialects: { mine: { folder: ./mine, document: ./mine.yaml } }\ntenants: [{ id: shop }]\n`;
    const file = await writeSettings(text);
    const { dialects } = await loadSettings({ env: {}, overrides: { file } });
    expect(dialects.mine).toMatchObject({
      folder: join(file, '../mine'),
      document: join(file, '../mine.yaml'),
    });
  });
});

describe('a mistake in the settings is refused with its place and what was expected:', () => {
  const credential = (text: string) =>
    `dialects: { timbu: {} }\ntenants:\n  - id: shop\n    credentials:\n      - ${text}\n`;
  const key = 'a'.repeat(64);

  it.each([
    [
      'a setting that does not exist',
      `${SMALLEST}limits: { maxConection: 1 }\n`,
      /^polyface\.yaml:3:11: limits: there is no setting "maxConection"; did you mean "maxConnections"\?$/,
    ],
    [
      'a value of the wrong type',
      `${SMALLEST}listen: { port: eighty }\n`,
      /^polyface\.yaml:3:17: listen\.port: must be integer$/,
    ],
    [
      'a value out of its range',
      `${SMALLEST}imaging:\n  wallSeconds: 0\n`,
      /^polyface\.yaml:4:16: imaging\.wallSeconds: must be > 0$/,
    ],
    [
      'a word that is not among the choices',
      'dialects: { timbu: { profile: observe } }\ntenants: [{ id: shop }]\n',
      /^polyface\.yaml:1:31: dialects\.timbu\.profile: expected one of documented, observed$/,
    ],
    [
      'a part that is missing',
      'dialects: { timbu: {} }\n',
      /^polyface\.yaml:1:1: the settings: "tenants" is missing$/,
    ],
    [
      'a kind that does not exist',
      `${SMALLEST}store: { kind: floppy }\n`,
      /^polyface\.yaml:3:16: store\.kind: expected one of filesystem, azure$/,
    ],
    [
      'a part that the chosen kind needs',
      credential(`{ id: a, dialect: timbu, kind: basic, secret: { sha256: ${key} } }`),
      /^polyface\.yaml:5:9: tenants\.0\.credentials\.0: "username" is missing$/,
    ],
    [
      'a setting of another kind',
      credential(`{ id: a, dialect: timbu, kind: key, username: u, secret: { sha256: ${key} } }`),
      /^polyface\.yaml:5:\d+: tenants\.0\.credentials\.0: there is no setting "username"/,
    ],
    [
      'a dialect that is not loaded',
      credential(`{ id: a, dialect: smartsheet, kind: key, secret: { sha256: ${key} } }`),
      /^polyface\.yaml:5:27: there is no dialect "smartsheet" among the settings' dialects \(timbu\)$/,
    ],
    [
      'one id for two subjects',
      'dialects: { timbu: {} }\ntenants:\n  - id: shop\n    subjects:\n      - { id: a, aliases: { timbu: x } }\n      - { id: b, aliases: { timbu: x } }\n',
      /^polyface\.yaml:6:36: the timbu id of tenant shop "x" is there twice$/,
    ],
    [
      'a backend of a tenant that does not exist',
      `${SMALLEST}migration: { backends: [{ tenant: shpo, dialect: timbu, baseUrl: 'http://old' }] }\n`,
      /^polyface\.yaml:3:35: there is no tenant "shpo" in the settings \(shop\)$/,
    ],
    [
      'two signing keys of one name',
      `${SMALLEST}downloads:\n  keys:\n    - { id: k, secret: ${'a'.repeat(32)} }\n    - { id: k, secret: ${'b'.repeat(32)} }\n`,
      /^polyface\.yaml:6:13: the download key "k" is there twice$/,
    ],
    [
      'a secret in plain text',
      credential('{ id: a, dialect: timbu, kind: key, secret: { plain: hunter2hunter2 } }'),
      /^polyface\.yaml:5:62: a plain secret: take it from the environment/,
    ],
    [
      'a variable that is not set',
      `${SMALLEST}publicUrl: '\${PUBLIC_URL}'\n`,
      /^polyface\.yaml:3:12: the environment variable PUBLIC_URL is not set$/,
    ],
    ['YAML that is none', 'dialects: { timbu: {} \ntenants: [\n', /^polyface\.yaml:\d+:\d+: /],
    ['a key that stands there twice', `${SMALLEST}docs: true\ndocs: false\n`, /^polyface\.yaml:4:1: /],
    ['an empty file', '', /^polyface\.yaml:1:1: the settings: must be object$/],
  ])('%s', async (_what, text, expected) => {
    const lines = await refusal(text);
    expect(lines[0]).toMatch(expected);
    for (const line of lines) expect(line).toMatch(/^polyface\.yaml:\d+:\d+: \S/);
  });

  it('every mistake of a file at once, one line each', async () => {
    const lines = await refusal(`${SMALLEST}docs: perhaps\nlisten: { port: -1 }\n`);
    expect(lines).toHaveLength(2);
  });

  it('a port in the environment that is none', async () => {
    expect(await refusal(SMALLEST, { PORT: '99999' })).toEqual(['PORT: 99999 is no port number']);
  });

  it.each([
    ['a file that is not there', '/nowhere/polyface.yaml', '/nowhere/polyface.yaml: there is no such file; '],
    ['a folder', '/tmp/', '/tmp: this is a folder; '],
    ['a file named from here', 'no.yaml', `${resolve('no.yaml')}: there is no such file; `],
  ])('%s', async (_what, file, message) => {
    await expect(loadSettings({ env: {}, overrides: { file } })).rejects.toThrow(
      `${message}a YAML file with the settings is expected: name it with --config <file> or POLYFACE_CONFIG`,
    );
  });

  it('no file at all', async () => {
    await expect(loadSettings({ env: {} })).rejects.toThrow('--config <file> or POLYFACE_CONFIG');
  });
});
