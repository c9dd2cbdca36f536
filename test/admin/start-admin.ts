import { request } from 'node:http';
import type { PolyfaceOverrides } from '../../src/main.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

/** A demo gateway with its admin port. */
export interface AdminGateway {
  readonly gateway: DemoGateway;
  /** `http://127.0.0.1:port` of the admin port. */
  readonly adminUrl: string;
  /** A bearer token of each role. */
  readonly tokens: Readonly<Record<'read' | 'operate' | 'admin', string>>;
  /** Calls the admin API with a token. */
  call(
    method: string,
    path: string,
    options?: {
      readonly token?: string;
      readonly body?: object;
      readonly headers?: Record<string, string>;
    },
  ): Promise<{ readonly status: number; readonly body: unknown; readonly headers: Headers }>;
}

/** Starts the gateway. The caller stops it. */
export async function startAdminGateway(
  change: (demo: Settings) => Settings = (demo) => demo,
  overrides: PolyfaceOverrides = {},
): Promise<AdminGateway> {
  const gateway = await startDemoGateway(change, overrides);
  const link = new URL(gateway.signInLink?.() ?? '');
  const adminUrl = link.origin;
  const call: AdminGateway['call'] = async (method, path, { token, body, headers } = {}) => {
    const response = await fetch(`${adminUrl}/admin/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  };
  const { headers } = await call('POST', '/session', { body: { code: link.hash.replace('#sign-in=', '') } });
  const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const make = async (role: string) => {
    const made = await call('POST', '/tokens', {
      headers: { cookie, 'x-polyface-admin': '1' },
      body: { label: `test ${role}`, role },
    });
    return (made.body as { token: string }).token;
  };
  const tokens = { read: await make('read'), operate: await make('operate'), admin: await make('admin') };
  return { gateway, adminUrl, tokens, call };
}

/** A request with a host header of the caller's choice, which `fetch` does not allow. */
export function callWithHost(url: string, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request(url, { headers: { host } }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  })
    .on('error', reject)
    .end();
  return promise;
}
