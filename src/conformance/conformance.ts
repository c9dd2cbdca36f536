import { conditionalCases } from './cases/conditional-cases.ts';
import { credentialCases } from './cases/credential-cases.ts';
import { jsonCases } from './cases/json-cases.ts';
import { parameterCases, unknownSubjectCases } from './cases/parameter-cases.ts';
import { routingCases } from './cases/routing-cases.ts';
import { successCases } from './cases/success-cases.ts';
import { uploadCases } from './cases/upload-cases.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { type KitContract, type KitOperation, operationsOfContract } from './kit-contract.ts';
import { isSampleable } from './sample-request.ts';

/**
 * Everything that a server of the dialect must do, as cases for any test runner. The cases come from the
 * document, the intake policy and the dialect's own functions. Run them one after another, because those that
 * write change the picture of the target's subject.
 */
export function conformance(contract: KitContract): ConformanceCase[] {
  const operations = operationsOfContract(contract).filter(
    (operation) => isSampleable(contract, operation) && !changesPeople(operation),
  );
  return [
    ...operations.flatMap((operation) => [
      ...successCases(contract, operation),
      ...conditionalCases(contract, operation),
      ...credentialCases(contract, operation),
      ...parameterCases(contract, operation),
      ...unknownSubjectCases(contract, operation),
      ...jsonCases(contract, operation),
      ...uploadCases(contract, operation),
    ]),
    ...routingCases(contract),
  ];
}

/**
 * Cases that change people are left out. A faulty server might rename or erase the very person whom all cases
 * use.
 */
function changesPeople({ translated: { command } }: KitOperation): boolean {
  return (
    command === 'put-people' ||
    command === 'change-person' ||
    command === 'merge-people' ||
    command === 'erase-person'
  );
}
