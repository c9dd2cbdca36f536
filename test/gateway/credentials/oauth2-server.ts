import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

/** A real OAuth2 server on the loopback interface. */
export interface Oauth2Server {
  readonly issuer: string;
  readonly jwksUri: string;
  /** Goes the whole way of a person in a browser: log in, consent, and swap the code (with PKCE) for a JWT access token. */
  accessToken(person: string, scopes: readonly string[], audience: string): Promise<string>;
  stop(): Promise<void>;
}

const redirectUri = 'https://client.example/back';

/** Starts oidc-provider. `ttlSeconds`: how long its access tokens live. */
export async function startOauth2Server({ ttlSeconds = 60 } = {}): Promise<Oauth2Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  // It warns of being a server for development, which is what a test wants.
  const warn = console.warn;
  console.warn = () => {};
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'app',
        client_secret: 'app-secret',
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'one', alg: 'RS256', use: 'sig' }] },
    ttl: { AccessToken: ttlSeconds, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
    cookies: { keys: ['cookie-key'] },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:pictures',
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: 'WRITE_SHEETS READ_USERS ADMIN_USERS',
          audience: resource,
          accessTokenTTL: ttlSeconds,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  console.warn = warn;
  server.on('request', provider.callback());
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    accessToken: (person, scopes, audience) => signIn(issuer, person, scopes, audience),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function signIn(
  issuer: string,
  person: string,
  scopes: readonly string[],
  audience: string,
): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const browser = createBrowser(issuer);
  const start = new URL('/auth', issuer);
  start.search = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: ['openid', ...scopes].join(' '),
    resource: audience,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const loginForm = await browser.follow(start);
  const consentForm = await browser.follow(loginForm, { prompt: 'login', login: person, password: 'any' });
  const back = await browser.follow(consentForm, { prompt: 'consent' });
  const answer = await fetch(new URL('/token', issuer), {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('app:app-secret')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
      resource: audience,
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`no token: HTTP ${answer.status}`);
  return token;
}

/** Follows redirections with cookies until a page or another site is reached. */
function createBrowser(issuer: string) {
  const cookies = new Map<string, string>();
  return {
    async follow(start: URL, form?: Record<string, string>): Promise<URL> {
      let url = start;
      let body = form && new URLSearchParams(form);
      while (url.href.startsWith(issuer)) {
        const answer = await fetch(url, {
          method: body ? 'POST' : 'GET',
          redirect: 'manual',
          headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
          ...(body ? { body } : {}),
        });
        await answer.arrayBuffer();
        for (const line of answer.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          cookies.set(name, value);
        }
        const location = answer.headers.get('location');
        if (location === null) return url;
        url = new URL(location, url);
        body = undefined;
      }
      return url;
    },
  };
}
