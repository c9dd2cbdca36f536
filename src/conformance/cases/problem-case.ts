import type { Problem } from '../../domain/index.ts';
import type { ConformanceCase, Finding } from '../conformance-case.ts';
import { expectProblem } from '../expect-problem.ts';
import type { KitAnswer, KitRequest } from '../kit-client.ts';
import type { KitContract, KitOperation } from '../kit-contract.ts';

/** A request that must be refused, and how. */
export interface ProblemCase {
  /** Absent where the request matches no operation. */
  readonly operation?: KitOperation;
  /** The operation's id, or what stands in its place in the case's id. */
  readonly under: string;
  readonly name: string;
  readonly title: string;
  readonly writes: boolean;
  /** Made when the case runs: large bodies are not kept. */
  readonly request: () => KitRequest;
  /** The problem; more than one where the cause may be seen in several ways. */
  readonly problems: readonly [Problem, ...Problem[]];
}

/** A case that wants the dialect's own rendering of a problem, and the document to allow it. */
export function problemCase(contract: KitContract, wanted: ProblemCase): ConformanceCase {
  const { operation, under, name, title, writes, problems } = wanted;
  return {
    id: `${under}/${name}`,
    title,
    operationId: under,
    writes,
    async run(client) {
      const request = wanted.request();
      const answer = await client.send(request);
      return [
        ...expectProblem(contract, operation, request, answer, problems),
        ...documentFindings(contract, operation, request, answer),
      ];
    },
  };
}

/** Holds any answer against the document. */
export function documentFindings(
  { judge }: KitContract,
  operation: KitOperation | undefined,
  request: KitRequest,
  answer: KitAnswer,
): Finding[] {
  return judge({
    ...(operation ? { operationId: operation.documented.operationId } : {}),
    method: request.method,
    status: answer.status,
    headers: answer.headers,
    text: answer.body.toString('utf8'),
  }).map((fault) => ({ where: 'document', expected: 'an answer as documented', got: fault }));
}
