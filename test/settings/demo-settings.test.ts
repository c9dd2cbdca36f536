import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';
import { load, refusal } from './write-settings.ts';

const demoText = await readFile(DEMO_FILE, 'utf8');

describe('loadSettings of the demo', () => {
  it.each(['0.0.0.0', '::', '192.168.1.10', 'example.com'])(
    'loadSettings of the demo refuses to listen on %s',
    async (host) => {
      const [line] = await refusal(demoText.replace('host: 127.0.0.1', `host: '${host}'`));
      expect(line).toMatch(/polyface\.yaml:\d+:\d+: demo settings listen on this machine alone/);
    },
  );

  it('loadSettings of the demo gives Ada four ids, and the third person one id in each of three dialects', async () => {
    const { tenants } = await loadSettings({ env: {}, overrides: { file: DEMO_FILE } });
    const people = tenants.find(({ id }) => id === 'demo')?.subjects ?? [];
    const known = (dialect: string, alias: string) =>
      people.find(({ aliases }) => aliases[dialect] === alias)?.id;
    expect(
      [
        ['capillary-v2', '565039506'],
        ['magicline-v1', '1002'],
        ['smartsheet', '48569348493401201'],
        ['timbu', 'ada'],
      ].map(([dialect = '', alias = '']) => known(dialect, alias)),
    ).toEqual(['ada', 'ada', 'ada', 'ada']);
    expect(
      [
        ['capillary-v2', '565039507'],
        ['magicline-v1', '1003'],
        ['smartsheet', '48569348493401202'],
      ].map(([dialect = '', alias = '']) => known(dialect, alias)),
    ).toEqual(['third', 'third', 'third']);
  });
});

describe('loadSettings of settings that are no demo', () => {
  it('loadSettings of settings that are no demo refuses plain secrets, and credentials of the demo', async () => {
    const plain = demoText.replace('demo: true', 'demo: false');
    const lines = await refusal(plain);
    expect(lines.some((line) => line.includes("one of the demo's credentials"))).toBe(true);
    expect(lines.some((line) => line.includes('a plain secret'))).toBe(true);
  });

  it('loadSettings of settings that are no demo refuses every secret of the demo by its hash as well', async () => {
    const { tenants } = await loadSettings({ env: {}, overrides: { file: DEMO_FILE } });
    const secrets = tenants.flatMap(({ credentials }) =>
      credentials.flatMap((credential) => {
        if (credential.kind === 'jwt-issuer') return [];
        if (credential.kind === 'jwt-secret') return [credential.secret];
        return 'plain' in credential.secret ? [credential.secret.plain] : [];
      }),
    );
    expect(secrets.length).toBeGreaterThan(12);
    for (const secret of secrets) {
      const sha256 = createHash('sha256').update(secret).digest('hex');
      const [line] = await refusal(`dialects: { timbu: {} }
tenants: [{ id: shop, credentials: [{ id: a, dialect: timbu, kind: key, secret: { sha256: ${sha256} } }] }]
`);
      expect(line).toMatch(/one of the demo's credentials/);
    }
  });

  it('loadSettings of settings that are no demo refuses a credential of the demo that comes from the environment', async () => {
    const text = `dialects: { timbu: {} }
tenants: [{ id: shop, credentials: [{ id: a, dialect: timbu, kind: key, secret: { plain: '\${KEY}' } }] }]
`;
    expect((await load(text, { KEY: 'a-secret-of-our-own' })).tenants[0]?.credentials).toHaveLength(1);
    for (const KEY of ['demo-timbu-token', 'server123']) {
      expect((await refusal(text, { KEY }))[0]).toMatch(/one of the demo's credentials/);
    }
  });
});
