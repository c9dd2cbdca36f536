import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Subject } from '../../domain/index.ts';
import { targetBelow } from '../upstream/backend-address.ts';
import { endToEnd } from '../upstream/hop-by-hop.ts';
import type { IncomingAnswer } from '../upstream/upstream-connection.ts';
import { aliasIn, CREDENTIAL_HEADERS, credentialHeaders } from '../upstream/upstream-credential.ts';
import { LOOPBACK_HEADER } from './loopback.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';

type Forwarding = Pick<MigrationAtBackend, 'address' | 'connection' | 'settings' | 'name'>;

/** Sends a client's request on as it came, as a good proxy does. `body`: in place of the client's own stream. */
export async function forward(
  migration: Forwarding,
  request: IncomingMessage,
  options: {
    readonly subject?: Subject;
    readonly body?: Readable | AsyncIterable<Uint8Array>;
    readonly signal?: AbortSignal;
  },
): Promise<IncomingAnswer> {
  const body = options.body ?? (hasBody(request) ? request : undefined);
  return migration.connection.request({
    origin: migration.address.origin,
    target: targetBelow(migration.address, request.url ?? '/'),
    method: request.method ?? 'GET',
    rawHeaders: await headersFor(migration, request, options.subject),
    ...(body ? { body } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

/** Whether a body follows the head (RFC 9112, 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

async function headersFor(
  { settings, name }: Forwarding,
  request: IncomingMessage,
  subject: Subject | undefined,
): Promise<string[]> {
  const replaced = settings.passCredential ? [] : CREDENTIAL_HEADERS;
  const own = settings.passCredential
    ? {}
    : await credentialHeaders(
        settings.credential,
        subject && aliasIn(settings.speaks ?? name.dialect, subject),
      );
  return [
    ...endToEnd(request.rawHeaders, ['host', LOOPBACK_HEADER, ...replaced]),
    ...Object.entries(own).flat(),
    ...viaHeaders(request),
  ];
}

/** RFC 9110, 7.6.3, and what backends behind proxies look for. */
function viaHeaders({ headers, httpVersion, socket }: IncomingMessage): string[] {
  return [
    'Via',
    `${httpVersion} polyface`,
    'X-Forwarded-For',
    socket.remoteAddress ?? 'unknown',
    'X-Forwarded-Proto',
    'http',
    ...(headers.host === undefined ? [] : ['X-Forwarded-Host', headers.host]),
  ];
}
