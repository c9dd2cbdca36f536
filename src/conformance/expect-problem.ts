import { jsonText, type Problem, type WireResponse } from '../domain/index.ts';
import { compareJson } from './compare-json.ts';
import type { Finding } from './conformance-case.ts';
import type { KitAnswer, KitRequest } from './kit-client.ts';
import { exchangeFor, type KitContract, type KitOperation } from './kit-contract.ts';
import { headOf } from './sample-request.ts';

/**
 * Compares an answer with the dialect's own rendering of the problem. Where the fault could be any of several
 * problems, the answer must be the rendering of one of them.
 */
export function expectProblem(
  contract: KitContract,
  operation: KitOperation | undefined,
  request: KitRequest,
  answer: KitAnswer,
  candidates: readonly [Problem, ...Problem[]],
): readonly Finding[] {
  const [first, ...others] = candidates.map((problem) =>
    findingsFor(contract, operation, request, answer, problem),
  );
  if (first?.length === 0 || others.some(({ length }) => length === 0)) return [];
  return first ?? [];
}

function findingsFor(
  contract: KitContract,
  operation: KitOperation | undefined,
  request: KitRequest,
  answer: KitAnswer,
  problem: Problem,
): Finding[] {
  const head = headOf(request, operation);
  const render = (variant: 0 | 1) =>
    contract.loaded.dialect.renderProblem(problem, exchangeFor(contract, head, variant));
  const [one, other] = [render(0), render(1)];
  return [
    ...(one.status === answer.status
      ? []
      : [{ where: 'status', expected: String(one.status), got: String(answer.status) }]),
    ...headerFindings(one, answer),
    ...(request.method === 'HEAD' ? [] : bodyFindings(one, other, answer)),
  ];
}

function headerFindings(expected: WireResponse, answer: KitAnswer): Finding[] {
  return Object.entries(expected.headers).flatMap(([name, value]) => {
    const got = answer.headers[name.toLowerCase()];
    const same =
      name.toLowerCase() === 'content-type' ? bareType(got) === bareType(value) : got !== undefined;
    return same ? [] : [{ where: `header ${name}`, expected: value, got: got ?? 'nothing' }];
  });
}

function bodyFindings(one: WireResponse, other: WireResponse, answer: KitAnswer): Finding[] {
  const text = answer.body.toString('utf8');
  if (one.body.kind === 'text') {
    return one.body.text === text
      ? []
      : [{ where: 'body', expected: one.body.text, got: text.slice(0, 200) }];
  }
  if (one.body.kind !== 'json' || other.body.kind !== 'json') return [];
  const got = parseJson(text);
  if (got === undefined) return [{ where: 'body', expected: 'JSON', got: text.slice(0, 200) }];
  return compareJson(JSON.parse(jsonText(one.body.value)), JSON.parse(jsonText(other.body.value)), got);
}

/** The JSON value of a text, or `undefined`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function bareType(type: string | undefined): string {
  return (type ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
