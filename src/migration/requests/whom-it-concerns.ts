import { findSubject } from '../../core/find-subject.ts';
import {
  type AnyOperation,
  type Principal,
  ProblemError,
  type Subject,
  type SubjectDirectory,
  type SubjectReference,
} from '../../domain/index.ts';
import type { NotComparedReason } from '../parity/parity-tally.ts';
import type { ShadowedOperation } from '../shadow/shadowed-operation.ts';
import { policyOf, type Stage } from '../stages/stage-record.ts';
import type { MigrationCall } from './intercepted-call.ts';

/** The caller; `undefined` where the gateway does not know the credential. The backend may know it. */
export async function principalOf(call: MigrationCall): Promise<Principal | undefined> {
  try {
    return await call.authenticate();
  } catch (cause) {
    if (cause instanceof ProblemError && cause.problem.kind === 'unauthenticated') return undefined;
    throw cause;
  }
}

/** The operation that was asked for; `undefined` for what the document does not name. */
export function operationOf({ loaded, operationId }: MigrationCall): AnyOperation<object> | undefined {
  return operationId === undefined ? undefined : loaded.dialect.operations[operationId];
}

/** The subject of the request, as far as its head and the directory tell. */
export async function subjectOf(
  directory: SubjectDirectory,
  { context, loaded }: MigrationCall,
  operation: AnyOperation<object>,
  principal: Principal | undefined,
): Promise<Subject | undefined> {
  if (!principal) return undefined;
  let reference: SubjectReference | undefined;
  try {
    reference = operation.subject?.(context.request, { ...context, principal });
  } catch (cause) {
    if (cause instanceof ProblemError) return undefined;
    throw cause;
  }
  return reference && findSubject(directory, reference, { ...principal, dialect: loaded.dialect.name });
}

/** The command of an operation that is shadowed; `undefined` for all others. */
export function shadowedCommand(
  operation: AnyOperation<object> | undefined,
): ShadowedOperation['command'] | undefined {
  const command = operation?.command;
  return command === 'put-images' || command === 'delete-images' || command === 'read-subject'
    ? command
    : undefined;
}

/** The person and operation of a shadowed request, or the reason why it is not compared. */
export async function findShadowedOperation(
  directory: SubjectDirectory,
  call: MigrationCall,
  stage: Stage,
): Promise<ShadowedOperation | NotComparedReason> {
  const operation = operationOf(call);
  const command = shadowedCommand(operation);
  const { operationId } = call;
  if (!operation || !command || operationId === undefined) return 'operation not compared';
  const subject = await subjectOf(directory, call, operation, await principalOf(call));
  if (!subject) return 'not known here';
  return policyOf(stage, subject.key).shadow ? { subject, operationId, command } : 'outside the ramp';
}
