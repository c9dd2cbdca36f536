import type { CredentialScheme } from '../../domain/index.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { exchangeFor, type KitContract, type KitOperation } from '../kit-contract.ts';
import { headOf, sampleRequest } from '../sample-request.ts';
import { MAY_CHANGE } from './may-change.ts';
import { type ProblemCase, problemCase } from './problem-case.ts';

/** A secret that no user has. */
const WRONG_SECRET = 'polyface-conformance-nobody';

/**
 * Cases without a credential and with a wrong one in each place for one. Where the target has them, also with
 * an expired credential and with one that allows too little.
 */
export function credentialCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  const { documented, translated } = operation;
  if (translated.access.kind === 'public') return [];
  const { headers, expiredHeaders, lesserHeaders } = contract.target;
  const schemes = contract.loaded.dialect.credentials;
  const places = new Set(schemes.map(headerOf));
  const anonymous = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !places.has(name.toLowerCase())),
  );
  const refused = (
    name: string,
    title: string,
    credential: Readonly<Record<string, string>>,
    problem: ProblemCase['problems'][0],
  ) =>
    problemCase(contract, {
      operation,
      under: documented.operationId,
      name,
      title,
      // An upload case sends no picture, so it changes nothing and needs no leave to write. The other changes
      // are only tried where writing is allowed, because a faulty server may carry them out.
      writes: translated.command !== 'put-images' && MAY_CHANGE[translated.command],
      request: () => sampleRequest(contract, operation, { headers: { ...anonymous, ...credential } }),
      problems: [problem],
    });
  return [
    refused('credential-missing', 'no credential', {}, { kind: 'unauthenticated', reason: 'missing' }),
    ...schemes.map((scheme) =>
      refused(
        `credential-wrong-${scheme.kind}`,
        `a wrong credential (${scheme.kind})`,
        { [headerOf(scheme)]: wrongValue(scheme) },
        { kind: 'unauthenticated', reason: 'invalid' },
      ),
    ),
    ...(expiredHeaders
      ? [
          refused('credential-expired', 'an expired credential', expiredHeaders, {
            kind: 'unauthenticated',
            reason: 'expired',
          }),
        ]
      : []),
    ...(lesserHeaders && asksForScopes(contract, operation)
      ? [
          refused('credential-lesser', 'a credential that allows less', lesserHeaders, {
            kind: 'forbidden',
          }),
        ]
      : []),
  ];
}

/** Every caller may act for themselves where only acting for others asks for scopes. */
function asksForScopes(contract: KitContract, operation: KitOperation): boolean {
  const { access, subject } = operation.translated;
  if ((access.scopes ?? []).length > 0) return true;
  const head = headOf(sampleRequest(contract, operation), operation);
  const reference = subject?.(head, exchangeFor(contract, head, 0));
  return (access.scopesForOthers ?? []).length > 0 && reference?.kind !== 'caller';
}

function headerOf(scheme: CredentialScheme): string {
  return 'header' in scheme ? scheme.header.toLowerCase() : 'authorization';
}

function wrongValue(scheme: CredentialScheme): string {
  switch (scheme.kind) {
    case 'basic':
      return `Basic ${Buffer.from(`${WRONG_SECRET}:${WRONG_SECRET}`).toString('base64')}`;
    case 'bearer':
      return `Bearer ${WRONG_SECRET}`;
    case 'header-key':
    case 'issued-token':
      return WRONG_SECRET;
  }
}
