import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { load, refusal, SMALLEST, writeSettings } from './write-settings.ts';

describe('loadSettings', () => {
  it('loadSettings fills in every default', async () => {
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

  it('loadSettings fills in the defaults of the kind that was chosen', async () => {
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

  it('loadSettings takes the file from POLYFACE_CONFIG unless the command line names one', async () => {
    const fromEnv = await writeSettings(SMALLEST);
    const fromLine = await writeSettings(SMALLEST.replace('shop', 'till'));
    const env = { POLYFACE_CONFIG: fromEnv };
    expect((await loadSettings({ env })).tenants[0]?.id).toBe('shop');
    expect((await loadSettings({ env, overrides: { file: fromLine } })).tenants[0]?.id).toBe('till');
  });

  it('loadSettings lets PORT and POLYFACE_DATA_DIR replace the file, and the command line both', async () => {
    const env = { PORT: '9000', POLYFACE_DATA_DIR: '/from/env' };
    expect(await load(SMALLEST, env)).toMatchObject({ listen: { port: 9000 }, dataDir: '/from/env' });
    expect(await load(SMALLEST, env, { port: 0, dataDir: '/from/line' })).toMatchObject({
      listen: { port: 0 },
      dataDir: '/from/line',
    });
  });

  it('loadSettings takes secrets from the environment', async () => {
    const text = `${SMALLEST}downloads: { keys: [{ id: k1, secret: '\${SIGNING_KEY}' }] }\n`;
    const { downloads } = await load(text, { SIGNING_KEY: 'x'.repeat(32) });
    expect(downloads.keys[0]?.secret).toBe('x'.repeat(32));
  });

  it('loadSettings finds folders and documents of own dialects beside the file', async () => {
    const text = `dialects: { mine: { folder: ./mine, document: ./mine.yaml } }\ntenants: [{ id: shop }]\n`;
    const file = await writeSettings(text);
    const { dialects } = await loadSettings({ env: {}, overrides: { file } });
    expect(dialects.mine).toMatchObject({
      folder: join(file, '../mine'),
      document: join(file, '../mine.yaml'),
    });
  });
});

describe('loadSettings refuses, with the place and what was expected,', () => {
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
      /^polyface\.yaml:3:17: listen\.port: expected a whole number from 0 to 65535, got "eighty"$/,
    ],
    [
      'a value out of its range',
      `${SMALLEST}imaging:\n  timeoutSeconds: 0\n`,
      /^polyface\.yaml:4:19: imaging\.timeoutSeconds: expected a number above 0, at most 86400, got 0$/,
    ],
    [
      'a number without end',
      `${SMALLEST}imaging:\n  limitMegapixels: .inf\n`,
      /^polyface\.yaml:4:20: imaging\.limitMegapixels: expected a number above 0, got Infinity$/,
    ],
    [
      'a word that is not among the choices',
      'dialects: { timbu: { profile: observe } }\ntenants: [{ id: shop }]\n',
      /^polyface\.yaml:1:31: dialects\.timbu\.profile: expected one of documented, observed, by-client, got "observe"$/,
    ],
    [
      'a part that is missing',
      'dialects: { timbu: {} }\n',
      /^polyface\.yaml:1:1: the settings: "tenants" is missing$/,
    ],
    [
      'a kind that does not exist',
      `${SMALLEST}store: { kind: floppy }\n`,
      /^polyface\.yaml:3:16: store\.kind: expected one of filesystem, azure, s3, module, got "floppy"$/,
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
      'one e-mail address for two subjects, in whatever case of letters',
      'dialects: { timbu: {} }\ntenants:\n  - id: shop\n    subjects:\n      - { id: a, profile: { email: a@b.c } }\n      - { id: b, identifiers: { email: A@b.c } }\n',
      /^polyface\.yaml:6:40: the identifier email of tenant shop "a@b\.c" is there twice$/,
    ],
    [
      'a backend of a tenant that does not exist',
      `${SMALLEST}migration: { backends: [{ tenant: shpo, dialect: timbu, baseUrl: 'http://old' }] }\n`,
      /^polyface\.yaml:3:35: there is no tenant "shpo" in the settings \(shop\)$/,
    ],
    [
      'a backend that would be reached with the credential of the gateway by whoever asks',
      `${SMALLEST}migration: { backends: [{ tenant: shop, dialect: timbu, baseUrl: 'http://old', passCredential: false, credential: { kind: bearer, token: t } }] }\n`,
      /^polyface\.yaml:3:\d+: has to be false where passCredential is: otherwise/,
    ],
    [
      'a backend to which nobody authenticates',
      `${SMALLEST}migration: { backends: [{ tenant: shop, dialect: timbu, baseUrl: 'http://old', passCredential: false, takesUnknown: false }] }\n`,
      /^polyface\.yaml:3:\d+: needs a credential where passCredential is false/,
    ],
    [
      'a backend to learn from where nobody can be changed',
      `${SMALLEST}migration: { backends: [{ tenant: shop, dialect: timbu, baseUrl: 'http://old', learn: [email] }] }\npeople: { directories: [{ kind: settings }] }\n`,
      /^polyface\.yaml:3:\d+: needs the directory records among people\.directories/,
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
    [
      'a variable with a default value, which no text of the settings has',
      `${SMALLEST}publicUrl: '\${PUBLIC_URL:-http://x}'\n`,
      /^polyface\.yaml:3:12: "\$\{" begins the name of an environment variable: only \$\{NAME\} is replaced$/,
    ],
    [
      'a variable whose brace is not closed',
      `${SMALLEST}publicUrl: 'http://\${HOST'\n`,
      /^polyface\.yaml:3:12: "\$\{" begins the name of an environment variable/,
    ],
    [
      'a proxy that is no address',
      `${SMALLEST}trustedProxies: [10.0.0.0/8, nginx]\n`,
      /^polyface\.yaml:3:30: "nginx" is no address and no CIDR$/,
    ],
    [
      'a network of a length that there is not',
      `${SMALLEST}trustedProxies: ['2001:db8::/32', '192.0.2.0/33']\n`,
      /^polyface\.yaml:3:35: "192\.0\.2\.0\/33" is no address and no CIDR$/,
    ],
    [
      'an address with a path',
      `${SMALLEST}publicUrl: https://me:pw@images.example.com/here\n`,
      /^polyface\.yaml:3:12: publicUrl: expected an http or https address without a path, got "https:\/\/…@images\.example\.com\/here"$/,
    ],
    [
      'a number where a text belongs',
      `dialects: { timbu: {} }\ntenants:\n  - id: shop\n    subjects: [{ id: a, aliases: { timbu: 1002 } }]\n`,
      /^polyface\.yaml:4:43: tenants\.0\.subjects\.0\.aliases\.timbu: expected a text, got 1002: put it in quotes$/,
    ],
    [
      'a setting without a value',
      `${SMALLEST}publicUrl:\n`,
      /^polyface\.yaml:3:11: publicUrl: is empty: expected an http or https address without a path$/,
    ],
    [
      'a secret in the wrong place, which the message does not repeat',
      credential('{ id: a, dialect: timbu, kind: key, secret: { sha256: hunter2hunter2 } }'),
      /^polyface\.yaml:5:63: tenants\.0\.credentials\.0\.secret\.sha256: expected a SHA-256 as 64 hexadecimal digits in lower case, got a text$/,
    ],
    [
      'a secret that is not said to be plain or hashed',
      credential('{ id: a, dialect: timbu, kind: key, secret: hunter2hunter2 }'),
      /^polyface\.yaml:5:53: tenants\.0\.credentials\.0\.secret: expected names with values, got a text$/,
    ],
    [
      'two forms of one secret',
      credential(`{ id: a, dialect: timbu, kind: key, secret: { sha256: ${key}, plain: x } }`),
      /^polyface\.yaml:5:53: tenants\.0\.credentials\.0\.secret: expected exactly one of plain, sha256, argon2id$/,
    ],
    [
      'a thing without a kind',
      credential(`{ id: a, dialect: timbu, secret: { sha256: ${key} } }`),
      /^polyface\.yaml:5:9: tenants\.0\.credentials\.0\.kind: expected one of basic, key, client, jwt-secret, jwt-issuer$/,
    ],
    ['YAML that is none', 'dialects: { timbu: {} \ntenants: [\n', /^polyface\.yaml:\d+:\d+: /],
    ['a key that stands there twice', `${SMALLEST}docs: true\ndocs: false\n`, /^polyface\.yaml:4:1: /],
    ['an empty file', '', /^polyface\.yaml:1:1: the file is empty: settings are expected/],
  ])('loadSettings refuses %s', async (_what, text, expected) => {
    const lines = await refusal(text);
    expect(lines[0]).toMatch(expected);
    for (const line of lines) expect(line).toMatch(/^polyface\.yaml:\d+:\d+: \S/);
  });

  it('loadSettings reports every mistake of a file at once, one line for each', async () => {
    const lines = await refusal(`${SMALLEST}docs: perhaps\nlisten: { port: -1 }\n`);
    expect(lines).toHaveLength(2);
  });

  it('loadSettings refuses a variable that is empty, by its name', async () => {
    const text = credential("{ id: a, dialect: timbu, kind: key, secret: { plain: '${V1_KEY}' } }");
    expect(await refusal(text, { V1_KEY: '' })).toEqual([
      'polyface.yaml:5:62: the environment variable V1_KEY is empty',
    ]);
  });

  it('loadSettings refuses a port in the environment that is none', async () => {
    expect(await refusal(SMALLEST, { PORT: '99999' })).toEqual(['PORT: 99999 is no port number']);
  });

  it.each([
    ['a file that is not there', '/nowhere/polyface.yaml', '/nowhere/polyface.yaml: there is no such file; '],
    ['a folder', '/tmp/', '/tmp: this is a folder; '],
    ['a file named from here', 'no.yaml', `${resolve('no.yaml')}: there is no such file; `],
  ])('loadSettings refuses %s', async (_what, file, message) => {
    await expect(loadSettings({ env: {}, overrides: { file } })).rejects.toThrow(
      `${message}a YAML file with the settings is expected: name it with --config <file> or POLYFACE_CONFIG`,
    );
  });

  it('loadSettings refuses to go on without a file', async () => {
    await expect(loadSettings({ env: {} })).rejects.toThrow('--config <file> or POLYFACE_CONFIG');
  });
});
