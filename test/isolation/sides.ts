import { encodeForWire } from '../../src/gateway/credentials/secret-digest.ts';
import type { LoadedSettings } from '../../src/settings/load-settings.ts';
import { basic } from '../gateway/credentials/support.ts';

/** One tenant of the demo: its credentials by dialect, and one of its people. */
export interface Side {
  readonly tenant: string;
  readonly headers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly timbuSecret: string;
  readonly client: { readonly key: string; readonly secret: string };
  readonly person: Person;
}

/** A person, as each dialect knows them. */
export interface Person {
  readonly aliases: Readonly<Record<string, string>>;
  readonly email: string;
  /** The id of a person in the tenant's registry. */
  readonly registered: string;
}

export const demo: Side = {
  tenant: 'demo',
  headers: {
    'capillary-v2': { authorization: basic('store.server', encodeForWire('server123', 'md5-hex')) },
    'magicline-v1': { 'x-api-key': 'demo-v1-key' },
    smartsheet: { authorization: 'Bearer demo-smartsheet-admin' },
    timbu: { authorization: 'Bearer demo-timbu-ada' },
    native: { authorization: 'Bearer demo-native-key' },
  },
  timbuSecret: 'demo-timbu-secret',
  client: { key: 'demo-client-key', secret: 'demo-client-secret' },
  person: {
    aliases: {
      'capillary-v2': '565039506',
      'magicline-v1': '1002',
      smartsheet: '48569348493401201',
      timbu: 'ada',
      native: 'ada',
    },
    email: 'ada.lovelace@example.com',
    registered: 'registered-ada',
  },
};

export const other: Side = {
  tenant: 'other',
  headers: {
    'capillary-v2': { authorization: basic('other.server', encodeForWire('demo-other-password', 'md5-hex')) },
    'magicline-v1': { 'x-api-key': 'demo-other-v1-key' },
    smartsheet: { authorization: 'Bearer demo-other-smartsheet' },
    timbu: { authorization: 'Bearer demo-other-timbu' },
    native: { authorization: 'Bearer demo-other-native' },
  },
  timbuSecret: 'other-timbu-secret',
  client: { key: 'other-client-key', secret: 'other-client-secret' },
  person: {
    aliases: {
      'capillary-v2': '700000001',
      'magicline-v1': '9001',
      smartsheet: '99000000000000001',
      timbu: 'other1',
      native: 'other1',
    },
    email: 'olga.other@example.com',
    registered: 'registered-olga',
  },
};

/** Ids of the same form that no person has. */
export const nobody: Person = {
  aliases: {
    'capillary-v2': '599999999',
    'magicline-v1': '7777',
    smartsheet: '48569348493409999',
    timbu: 'nobody',
    native: 'nobody',
  },
  email: 'no.body@example.com',
  registered: 'registered-stranger',
};

/** The demo's settings, with the credentials that its second tenant lacks to try everything that the first can. */
export function withEveryCredential(settings: LoadedSettings): LoadedSettings {
  return {
    ...settings,
    tenants: settings.tenants.map((tenant) =>
      tenant.id === 'other'
        ? {
            ...tenant,
            credentials: [
              ...tenant.credentials,
              {
                id: 'timbu-jwt',
                dialect: 'timbu',
                scopes: [],
                kind: 'jwt-secret',
                secret: other.timbuSecret,
              },
              {
                id: 'client',
                dialect: 'capillary-v2',
                scopes: [],
                kind: 'client',
                key: other.client.key,
                secret: { plain: other.client.secret },
                ttlSeconds: 300,
              },
            ],
          }
        : tenant,
    ),
  };
}
