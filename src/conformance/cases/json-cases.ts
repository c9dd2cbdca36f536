import { isJsonObject, type Json, jsonText, type Problem } from '../../domain/index.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { parseJson } from '../expect-problem.ts';
import { foreseeProblem } from '../foresee-problem.ts';
import type { KitContract, KitOperation } from '../kit-contract.ts';
import { sampleRequest } from '../sample-request.ts';
import { MAY_CHANGE } from './may-change.ts';
import { problemCase } from './problem-case.ts';

const JSON_TYPE = 'application/json';

/** Missing, unreadable and wrong JSON bodies, and wrong client secrets where the body carries one. */
export function jsonCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  if (operation.translated.body !== 'json') return [];
  const bad = (name: string, title: string, type: string, text: string, problem: Problem) =>
    problemCase(contract, {
      operation,
      under: operation.documented.operationId,
      name,
      title,
      writes: MAY_CHANGE[operation.translated.command],
      request: () => jsonRequest(contract, operation, type, text),
      problems: [problem],
    });
  const good = parseJson(sampleRequest(contract, operation).body?.toString() ?? '') as Json | undefined;
  const wrong = wrongValues(good).flatMap(({ label, value }) => {
    const text = jsonText(value);
    const problem = foreseeProblem(
      contract,
      operation,
      jsonRequest(contract, operation, JSON_TYPE, text),
      value,
    );
    return problem ? [bad(`json-${label}`, `${label} as the body`, JSON_TYPE, text, problem)] : [];
  });
  return [
    bad('body-missing', 'no body at all', JSON_TYPE, '', { kind: 'body-missing' }),
    bad('json-unreadable', 'a body that is no JSON', JSON_TYPE, '{"', {
      kind: 'body-malformed',
      reason: 'syntax',
    }),
    bad('body-not-json', 'a body of another type', 'text/csv', 'a,b', {
      kind: 'unsupported-media-type',
      declared: 'text/csv',
    }),
    ...wrong,
    ...(operation.translated.command === 'issue-token' && good !== undefined
      ? [
          bad('secret-wrong', 'an unknown client', JSON_TYPE, jsonText(replaceNames(good)), {
            kind: 'unauthenticated',
            reason: 'invalid',
          }),
        ]
      : []),
  ];
}

function jsonRequest(contract: KitContract, operation: KitOperation, type: string, text: string) {
  return sampleRequest(contract, operation, {
    body: { headers: { 'content-type': type }, bytes: Buffer.from(text) },
  });
}

function wrongValues(good: Json | undefined): { readonly label: string; readonly value: Json }[] {
  const members = isJsonObject(good) ? Object.keys(good) : [];
  return [
    { label: 'number', value: 42 },
    { label: 'list-of-numbers', value: [42] },
    ...members.map((name) => ({
      label: `without-${name}`,
      value: Object.fromEntries(Object.entries(good ?? {}).filter(([key]) => key !== name)) as Json,
    })),
  ];
}

/** The same members with texts that match no person and no client. */
function replaceNames(good: Json): Json {
  if (!isJsonObject(good)) return good;
  return Object.fromEntries(
    Object.entries(good).map(([name, value]) => [
      name,
      typeof value === 'string' ? 'polyface-conformance-nobody' : value,
    ]),
  );
}
