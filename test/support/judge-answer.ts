import type { LoadedDialect } from '../../src/gateway/dialect-registry.ts';
import { splitTarget } from '../../src/gateway/routes/request-target.ts';
import { createRouteTable } from '../../src/gateway/routes/route-table.ts';
import {
  createResponseValidator,
  type ResponseValidator,
} from '../../src/gateway/validation/response-validator.ts';

/** Any answer that a test received, and what it was an answer to. */
export interface ReceivedAnswer {
  readonly method: string;
  /** Path, with or without a query. */
  readonly target: string;
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Holds any answer against the document of the dialect that it came from; an empty list is a good answer. */
export function createAnswerCheck(
  dialects: readonly LoadedDialect[],
): (answer: ReceivedAnswer) => readonly string[] {
  const routes = createRouteTable(dialects);
  const judges = new Map<LoadedDialect, ResponseValidator>(
    dialects.map((loaded) => [loaded, createResponseValidator(loaded.document)]),
  );
  return ({ method, target, status, headers, body }) => {
    const match = routes.match(method, splitTarget(target).path);
    const judge = match.loaded && judges.get(match.loaded);
    if (!judge) return [];
    return judge({
      ...(match.kind === 'operation' && { operationId: match.documented.operationId }),
      method,
      status,
      headers,
      text: Buffer.from(body).toString(),
    });
  };
}
