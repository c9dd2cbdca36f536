import type { IntakePolicy, Json, JsonLine, Operation, Principal, Upload } from '../../domain/index.ts';
import { receiveJson, receiveJsonLines } from '../intake/receive-json.ts';
import { receivePictures } from '../intake/receive-pictures.ts';
import type { RequestValidator } from '../validation/request-validator.ts';
import type { IncomingRequest } from './incoming-request.ts';
import type { RequestResources } from './request-resources.ts';

/** A received body. */
export interface ReceivedBody {
  readonly uploads: readonly Upload[];
  readonly json?: Json;
  readonly lines?: readonly JsonLine[];
}

/**
 * Receives the body that an operation expects. Throws `overloaded` where too many bodies are being received
 * already, in all or from this caller.
 */
export async function receiveBody(
  kind: Operation<object, never>['body'],
  { body, head }: Pick<IncomingRequest, 'body' | 'head'>,
  policy: IntakePolicy,
  validator: RequestValidator,
  resources: RequestResources,
  principal: Principal | undefined,
): Promise<ReceivedBody> {
  if (kind === 'none') return { uploads: [] };
  resources.enterUpload(principal);
  if (kind === 'json') {
    const json = await receiveJson(body, head);
    validator.requireJson(json);
    return { uploads: [], json };
  }
  if (kind === 'json-lines') return { uploads: [], lines: await receiveJsonLines(body, head) };
  return { uploads: await receivePictures(body, head, policy, resources.session) };
}
