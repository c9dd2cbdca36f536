import type { CredentialScheme, RecordStore, WireRequestHead } from '../../../src/domain/index.ts';
import { createAuthenticator } from '../../../src/gateway/credentials/authenticator.ts';
import type { CredentialInputs } from '../../../src/gateway/credentials/credential-parts.ts';
import { createTokenIssuer } from '../../../src/gateway/credentials/token-issuer.ts';
import type { CredentialSettings, TenantSettings } from '../../../src/settings/settings.ts';
import { createMemoryRecords } from '../../../src/store/memory/memory-records.ts';

/** A clock that a test turns by hand. */
export interface HandClock {
  nowMs(): number;
  advance(ms: number): void;
}

export function aClock(startMs = Date.UTC(2025, 3, 21, 3, 1, 43)): HandClock {
  let atMs = startMs;
  return {
    nowMs: () => atMs,
    advance(ms) {
      atMs += ms;
    },
  };
}

export function aTenant(id: string, credentials: readonly CredentialSettings[]): TenantSettings {
  return { id, strictSubjects: true, dialects: {}, credentials, subjects: [] };
}

export function aDialect(name: string, ...credentials: readonly CredentialScheme[]) {
  return { dialect: { name, credentials } };
}

export function aHead(headers: Readonly<Record<string, string>>): WireRequestHead {
  return { method: 'GET', path: '/', params: {}, query: {}, headers };
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** A log that keeps every line as the text that would be written. */
export function aLog() {
  const lines: string[] = [];
  const write = (fields: object, message: string): void => {
    lines.push(JSON.stringify({ ...fields, message }));
  };
  return { lines, info: write, warn: write };
}

/** The real parts over a store in memory; time stands still until the test turns it. */
export function aGateway(
  tenants: readonly TenantSettings[],
  options: { readonly records?: RecordStore; readonly clock?: HandClock; readonly secret?: string } = {},
) {
  const { records = createMemoryRecords(), clock = aClock(), secret = 'signing-secret' } = options;
  const log = aLog();
  const inputs: CredentialInputs = {
    tenants,
    records,
    clock,
    signingKeys: [{ id: 'k1', secret }],
    log,
    monotonicMs: () => clock.nowMs(),
  };
  return {
    inputs,
    records,
    clock,
    log,
    authenticator: createAuthenticator(inputs),
    issuer: createTokenIssuer({
      ...inputs,
      claimsOf: ({ tenant, key }) => ({ client_id: key, org_id: `org of ${tenant}` }),
    }),
  };
}

/** What a rejected promise was rejected with. */
export async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof Error && 'problem' in error ? error.problem : error),
  );
}

export const invalid = { kind: 'unauthenticated', reason: 'invalid' };
export const missing = { kind: 'unauthenticated', reason: 'missing' };
export const expired = { kind: 'unauthenticated', reason: 'expired' };
