import type { ConformanceCase } from '../conformance-case.ts';
import { foreseeProblem } from '../foresee-problem.ts';
import type { KitContract, KitOperation } from '../kit-contract.ts';
import { exchangeFor } from '../kit-contract.ts';
import { headOf } from '../sample-request.ts';
import { problemCase } from './problem-case.ts';
import { createSample } from './sample-with-picture.ts';

/** Values that some schema or dialect refuses. A value that this one accepts makes no case. */
const ODD_VALUES = { words: 'no such value', zero: '0', long: '9'.repeat(40), control: '\u0001' } as const;

/** The most cases for one parameter. */
const MAX_PER_PARAMETER = 2;

/**
 * Missing and odd values for every path and query parameter, odd headers, and an Accept header that no answer
 * satisfies.
 */
export function parameterCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  const { documented } = operation;
  const sample = createSample(contract, operation);
  const attempts = documented.parameters.flatMap((parameter) => {
    const { name } = parameter;
    if (parameter['x-polyface-rest']) return [];
    const odd = Object.entries(ODD_VALUES).map(([label, value]) => ({
      parameter: name,
      label: `${name}-${label}`,
      changes:
        parameter.in === 'header'
          ? // Control characters never leave an HTTP client.
            { headers: { ...contract.target.headers, [name]: value.replaceAll('\u0001', '!') } }
          : { params: { [name]: value } },
    }));
    const missing = { parameter: name, label: `${name}-missing`, changes: { params: { [name]: undefined } } };
    return parameter.in === 'query' ? [missing, ...odd] : odd;
  });
  attempts.push({
    parameter: 'Accept',
    label: 'not-acceptable',
    changes: { headers: { ...contract.target.headers, accept: 'application/x-polyface-nothing' } },
  });
  const made = new Map<string, number>();
  return attempts.flatMap(({ parameter, label, changes }) => {
    const problem = foreseeProblem(contract, operation, sample(changes).request);
    const count = made.get(parameter) ?? 0;
    if (!problem || count >= MAX_PER_PARAMETER) return [];
    made.set(parameter, count + 1);
    return [
      problemCase(contract, {
        operation,
        under: documented.operationId,
        name: label,
        title: `${problem.kind}: ${label}`,
        writes: sample.writes,
        request: () => sample(changes).request,
        problems: [problem],
      }),
    ];
  });
}

/** Ids that no person has. The first one that the dialect accepts is used. */
const UNKNOWN_SUBJECTS = ['987654321098765', 'polyface-nobody'];

/** An unknown subject for every operation about one. */
export function unknownSubjectCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  const { documented, translated } = operation;
  if (!translated.subject || translated.access.kind === 'public') return [];
  const sample = createSample(contract, operation);
  const subjectOf = (params: Record<string, string>) => {
    const head = headOf(sample({ params }).request, operation);
    return JSON.stringify(translated.subject?.(head, exchangeFor(contract, head, 0)));
  };
  for (const { name, in: where } of documented.parameters) {
    if (where !== 'path' && where !== 'query') continue;
    for (const value of UNKNOWN_SUBJECTS) {
      const changes = { params: { [name]: value } };
      if (foreseeProblem(contract, operation, sample(changes).request)) continue;
      if (subjectOf({}) === subjectOf(changes.params)) continue;
      return [
        problemCase(contract, {
          operation,
          under: documented.operationId,
          name: 'subject-unknown',
          title: 'a subject that does not exist',
          writes: sample.writes,
          request: () => sample(changes).request,
          problems: [{ kind: 'subject-not-found' }],
        }),
      ];
    }
  }
  return [];
}
