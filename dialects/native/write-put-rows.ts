import { type JsonObject, jsonText, type OutcomeOf, type WireResponse } from '../../src/domain/index.ts';
import { problemJson } from './render-problem.ts';

/** One line for each row, in their order: its result or its problem. */
export function writePutRows(
  { results }: OutcomeOf<'put-people'>,
  { requestId }: { readonly requestId: string },
): WireResponse {
  const lines = results.map(({ row, result }): JsonObject => {
    if (result.kind === 'refused')
      return { row, result: 'refused', problem: problemJson(result.problem, requestId) };
    const { id, key, version } = result.person;
    return { row, result: result.kind, id, key, version };
  });
  return {
    status: 200,
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: { kind: 'text', text: lines.map((line) => `${jsonText(line)}\n`).join('') },
  };
}
