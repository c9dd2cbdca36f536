import { jsonText, type WireResponse } from '../../domain/index.ts';
import type { LiveExchange } from '../exchange/live-exchange.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { answerFor } from '../problems/answer-for.ts';

/**
 * Holds an answer against its document as far as the settings want it: `log` reports what does not fit and sends it all the same,
 * `enforce` sends `internal` instead. An `internal` that does not fit either goes out as it is.
 */
export function judged(context: GatewayContext, live: LiveExchange, answer: WireResponse): WireResponse {
  const { validateResponses } = context.parts.settings;
  if (validateResponses === 'off' || !live.loaded) return answer;
  const faults = faultsOf(context, live, answer);
  if (faults.length === 0) return answer;
  const { operationId = 'none' } = live.received.head;
  const dialect = live.loaded.dialect.name;
  context.metrics.answerViolated(dialect, operationId);
  context.parts.log.warn(
    { requestId: live.requestId, dialect, operationId, status: answer.status, faults },
    'an answer is not as its document has it',
  );
  if (validateResponses === 'log' || live.problem === 'internal') return answer;
  return answerFor(context, live, new Error(`answer not as documented: ${faults.join('; ')}`));
}

function faultsOf(context: GatewayContext, live: LiveExchange, answer: WireResponse): readonly string[] {
  const { loaded, received } = live;
  if (!loaded || answer.body.kind === 'picture') return [];
  const { operationId, method } = received.head;
  const headers = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const { body } = answer;
  return context.judgeOf(loaded)({
    ...(operationId !== undefined && { operationId }),
    method,
    status: answer.status,
    headers: Object.fromEntries(headers),
    ...(body.kind === 'json' && { text: jsonText(body.value) }),
    ...(body.kind === 'text' && { text: body.text }),
  });
}
