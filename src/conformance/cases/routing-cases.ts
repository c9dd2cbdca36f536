import { prefixesOf } from '../../gateway/openapi/open-api-document.ts';
import type { ConformanceCase, Finding } from '../conformance-case.ts';
import type { KitContract, KitOperation } from '../kit-contract.ts';
import { operationsOfContract } from '../kit-contract.ts';
import { headOf, isSampleable, sampleRequest } from '../sample-request.ts';
import { problemCase } from './problem-case.ts';

/**
 * Methods to try, in this order. The first one that a path does not document is the wrong method. DELETE
 * comes last, because a lax server might carry it out.
 */
const METHODS = ['PATCH', 'PUT', 'POST', 'DELETE'];

const UNKNOWN_SEGMENT = 'polyface-no-such-path';

/** Wrong methods on every path, an unknown path below every mount, and the dialect's own redirects. */
export function routingCases(contract: KitContract): ConformanceCase[] {
  return [...methodCases(contract), ...unknownPathCases(contract), ...redirectCases(contract)];
}

function methodCases(contract: KitContract): ConformanceCase[] {
  const operations = operationsOfContract(contract).filter(
    (operation) => isSampleable(contract, operation) && !hasRest(operation),
  );
  const seen = new Set<string>();
  return operations.flatMap((operation) => {
    const { template, operationId } = operation.documented;
    if (seen.has(template)) return [];
    seen.add(template);
    const allow = operations
      .filter(({ documented }) => documented.template === template)
      .map(({ documented }) => documented.method.toUpperCase());
    const method = METHODS.find((one) => !allow.includes(one));
    if (method === undefined) return [];
    return [
      problemCase(contract, {
        under: operationId,
        name: 'wrong-method',
        title: `${method} where there is none`,
        writes: false,
        request: () => {
          const { path, headers } = sampleRequest(contract, operation, { method });
          return { method, path, headers };
        },
        problems: [{ kind: 'method-not-allowed', allow }],
      }),
    ];
  });
}

function hasRest({ documented }: KitOperation): boolean {
  return documented.parameters.some((parameter) => parameter['x-polyface-rest'] === true);
}

function unknownPathCases(contract: KitContract): ConformanceCase[] {
  const { document, operations } = contract.loaded;
  const mounts = new Set([
    ...prefixesOf(document.servers),
    // One path at the root makes no dialect the owner of all the others there.
    ...operations.flatMap(({ prefixes }) => prefixes.filter((prefix) => prefix !== '')),
  ]);
  return [...mounts].map((mount) =>
    problemCase(contract, {
      under: 'unknown-path',
      name: mount.slice(1) || 'root',
      title: `a path below ${mount || '/'} that is not documented`,
      writes: false,
      request: () => ({
        method: 'GET',
        path: `${mount}/${UNKNOWN_SEGMENT}/${UNKNOWN_SEGMENT}`,
        headers: contract.target.headers,
      }),
      problems: [{ kind: 'route-not-found' }],
    }),
  );
}

function redirectCases(contract: KitContract): ConformanceCase[] {
  const { dialect } = contract.loaded;
  return operationsOfContract(contract).flatMap((operation) => {
    const { operationId } = operation.documented;
    if (!isSampleable(contract, operation)) return [];
    const sample = sampleRequest(contract, operation);
    const [path, query] = sample.path.split('?');
    const request = {
      method: sample.method,
      path: `${path}/${query === undefined ? '' : `?${query}`}`,
      headers: sample.headers,
    };
    const redirect = dialect.redirect?.(headOf(request, undefined), {
      ...contract.setting,
      baseUrl: contract.target.url,
    });
    if (!redirect) return [];
    return [
      {
        id: `${operationId}/redirect`,
        title: 'a slash too many is redirected',
        operationId,
        writes: false,
        async run(client): Promise<Finding[]> {
          const { status, headers } = await client.send(request);
          return [
            ...reportDifference('status', String(redirect.status), String(status)),
            ...reportDifference(
              'header Location',
              redirect.headers.Location ?? '',
              headers.location ?? 'nothing',
            ),
          ];
        },
      } satisfies ConformanceCase,
    ];
  });
}

function reportDifference(where: string, expected: string, got: string): Finding[] {
  return expected === got ? [] : [{ where, expected, got }];
}
