import type { AnyOperation, DialectSetting, RequestContext, WireRequestHead } from '../domain/index.ts';
import type { LoadedDialect } from '../gateway/dialect-registry.ts';
import type { DocumentOperation } from '../gateway/openapi/open-api-document.ts';
import { createResponseValidator, type ResponseValidator } from '../gateway/validation/response-validator.ts';
import type { ConformanceTarget } from './conformance-case.ts';

/** Everything that the cases are derived from. */
export interface KitContract {
  readonly loaded: LoadedDialect;
  readonly setting: DialectSetting<object>;
  readonly target: ConformanceTarget;
  readonly judge: ResponseValidator;
}

/** One operation: as documented and as translated. */
export interface KitOperation {
  readonly documented: DocumentOperation;
  readonly translated: AnyOperation<object>;
}

/** Takes a loaded dialect as the contract of a server. */
export function createKitContract(
  loaded: LoadedDialect,
  setting: DialectSetting<object>,
  target: ConformanceTarget,
): KitContract {
  return { loaded, setting, target, judge: createResponseValidator(loaded.documentOf(setting.profile)) };
}

/** Every operation of the contract, in the document's order. */
export function operationsOfContract({ loaded }: KitContract): KitOperation[] {
  return loaded.operations.flatMap((documented) => {
    const translated = loaded.dialect.operations[documented.operationId];
    return translated ? [{ documented, translated }] : [];
  });
}

/** An exchange as the dialect's pure functions want it; `variant` makes ids and times differ. */
export function exchangeFor(
  contract: KitContract,
  request: WireRequestHead,
  variant: 0 | 1,
): RequestContext<object> {
  const digit = variant === 0 ? '1' : '7';
  return {
    requestId: digit.repeat(32),
    traceId: digit.repeat(32),
    nowMs: Date.UTC(2025, variant, 2, 3, 4, 5),
    profile: contract.setting.profile,
    options: contract.setting.options,
    baseUrl: contract.target.url,
    request,
  };
}
