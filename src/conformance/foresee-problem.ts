import {
  type CommandKind,
  type Json,
  type Operation,
  type Principal,
  type Problem,
  ProblemError,
} from '../domain/index.ts';
import { createRequestValidator } from '../gateway/validation/request-validator.ts';
import { createSchemaCompiler } from '../gateway/validation/schema-compiler.ts';
import type { KitRequest } from './kit-client.ts';
import { exchangeFor, type KitContract, type KitOperation } from './kit-contract.ts';
import { headOf } from './sample-request.ts';

/** An upload that every operation can read; its bytes are never looked at. */
const SOME_UPLOAD = {
  bytes: 1,
  sha256: '0'.repeat(64),
  source: { kind: 'memory', bytes: new Uint8Array(1) },
} as const;

/**
 * The problem that the document and the dialect's own pure functions find in a request, in the order in which
 * a server checks it. `undefined` where they find none.
 */
export function foreseeProblem(
  contract: KitContract,
  { documented, translated }: KitOperation,
  request: KitRequest,
  json?: Json,
): Problem | undefined {
  const head = headOf(request, { documented, translated });
  const exchange = { ...exchangeFor(contract, head, 0), principal: almightyCaller(contract) };
  const validator = createRequestValidator(documented, createSchemaCompiler());
  const whole = {
    ...head,
    uploads: translated.body === 'pictures' ? [SOME_UPLOAD] : [],
    ...(json === undefined ? {} : { json }),
  };
  try {
    validator.requireHead(head, {
      anyType: contract.loaded.dialect.ignoresAccept?.(contract.setting) ?? false,
    });
    translated.subject?.(head, exchange);
    if (json !== undefined) validator.requireJson(json);
    if (translated.body !== 'json' || json !== undefined) {
      (translated as Operation<object, CommandKind>).read(whole, exchange);
    }
    return undefined;
  } catch (cause) {
    if (cause instanceof ProblemError) return cause.problem;
    throw cause;
  }
}

/** A caller who has every scope, so that only faults of the request itself are found. */
function almightyCaller({ loaded: { dialect } }: KitContract): Principal {
  const scopes = Object.values(dialect.operations).flatMap(({ access }) => [
    ...(access.scopes ?? []),
    ...(access.scopesForOthers ?? []),
  ]);
  return { tenant: 'conformance', dialect: dialect.name, credentialId: 'conformance', scopes };
}
