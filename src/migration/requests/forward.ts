import type { Readable } from 'node:stream';
import type { Subject } from '../../domain/index.ts';
import { targetBelow } from '../upstream/backend-address.ts';
import { endToEnd, headerNames } from '../upstream/hop-by-hop.ts';
import type { IncomingAnswer } from '../upstream/upstream-connection.ts';
import { CREDENTIAL_HEADERS, credentialHeaders } from '../upstream/upstream-credential.ts';
import type { ForwardedCall } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';

/**
 * Headers in which proxies of several makers say who asked. The gateway says it in `X-Forwarded-*`, and a client
 * that says it of itself is not believed.
 */
const CLAIMED_ADDRESS =
  /^(forwarded|x-forwarded(-.*)?|x-real-ip|(x-|true-|fastly-)?client-ip|cf-connecting-ip|x-cluster-client-ip|x-originating-ip|x-remote-(ip|addr)|x-original-forwarded-for)$/;

/** Headers by which some frameworks carry out another operation than the request line names. */
const OTHER_OPERATION =
  /^(x-original-(url|uri|host)|x-rewrite-url|x-http-method(-override)?|x-method-override)$/;

type Forwarding = Pick<
  MigrationAtBackend,
  'address' | 'connection' | 'credentialWatch' | 'settings' | 'name'
>;

/**
 * Whose credential goes to the backend: what the client sent, or the gateway's own on behalf of a subject.
 */
export type SentCredential =
  | { readonly kind: 'client' }
  | { readonly kind: 'gateway'; readonly subject?: Subject };

/** Sends a client's request on as it came, like a well-behaved proxy. */
export async function forward(
  migration: Forwarding,
  call: ForwardedCall,
  options: {
    readonly credential: SentCredential;
    readonly body?: Readable | AsyncIterable<Uint8Array>;
    readonly signal?: AbortSignal;
  },
): Promise<IncomingAnswer> {
  const answer = await migration.connection.request({
    origin: migration.address.origin,
    target: targetBelow(migration.address, call.target),
    method: call.request.method ?? 'GET',
    rawHeaders: await headersFor(migration, call, options.credential),
    ...(options.body ? { body: options.body } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (options.credential.kind === 'gateway') {
    const { subject } = options.credential;
    const refused = answer.status === 401 || answer.status === 403;
    migration.credentialWatch.heard(refused, subject?.aliases[dialectOf(migration)]);
  }
  return answer;
}

function dialectOf({ settings, name }: Pick<Forwarding, 'settings' | 'name'>): string {
  return settings.speaks ?? name.dialect;
}

async function headersFor(
  { settings, name }: Forwarding,
  call: ForwardedCall,
  credential: SentCredential,
): Promise<string[]> {
  const { rawHeaders } = call.request;
  const spoken = dialectOf({ settings, name });
  const own =
    credential.kind === 'gateway'
      ? await credentialHeaders(settings.credential, credential.subject?.aliases[spoken])
      : {};
  const credentials = new Set<string>([...CREDENTIAL_HEADERS, ...Object.keys(own).map(comparableName)]);
  const isReplaced = (name: string) =>
    name === 'host' ||
    CLAIMED_ADDRESS.test(name) ||
    // The caller was admitted to the operation that the request line names, and to no other.
    (credential.kind === 'gateway' && (credentials.has(name) || OTHER_OPERATION.test(name)));
  const replaced = headerNames(rawHeaders).filter((name) => isReplaced(comparableName(name)));
  const { host } = call.request.headers;
  const sentHost = settings.preserveHost && host !== undefined ? ['Host', host] : [];
  return [
    ...sentHost,
    ...endToEnd(rawHeaders, replaced),
    ...Object.entries(own).flat(),
    ...proxyHeaders(call),
  ];
}

/** Many servers read `X_Real_IP` as `X-Real-IP`. */
function comparableName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/**
 * Headers of RFC 9110, 7.6.3, and others that backends behind proxies look for. What a client says of itself
 * there is passed on only where the gateway trusts the client.
 */
function proxyHeaders({ request, context, client }: ForwardedCall): string[] {
  const { protocol } = new URL(context.baseUrl);
  return [
    'Via',
    `${request.httpVersion} polyface`,
    'X-Forwarded-For',
    client.address ?? 'unknown',
    'X-Forwarded-Proto',
    protocol.slice(0, -1),
    ...(client.host === undefined ? [] : ['X-Forwarded-Host', client.host]),
  ];
}
