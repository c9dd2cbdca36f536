import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { type Principal, ProblemError, type Subject } from '../../domain/index.ts';
import type { NotComparedReason } from '../parity/parity-tally.ts';
import type { ShadowCopy } from '../shadow/shadow-task.ts';
import type { ShadowedOperation } from '../shadow/shadowed-operation.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import { admitBody, authenticateInTime } from './admit-body.ts';
import { streamAnswer } from './answer-as-it-came.ts';
import { answerTap } from './answer-tap.ts';
import { type Capture, createCapture } from './capture.ts';
import { forward, type SentCredential } from './forward.ts';
import type { MigrationCall } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';
import { withPublicLocation } from './public-location.ts';

/**
 * The backend answers, byte for byte. The request ends with the last byte of the answer. Where the request is
 * shadowed, copies of request and answer are handed over afterwards; the client does not wait for that.
 */
export async function forwardStream(
  migration: MigrationAtBackend,
  call: MigrationCall,
  options: {
    /** The caller, where the credential has been checked. */
    readonly principal?: Principal | undefined;
    readonly subject?: Subject;
    /**
     * Called with the answer once the client has it, where the person is known and something may be learned
     * from it.
     */
    readonly onAnswer?: (answer: WholeAnswer) => void;
    /** Finds the person of the request, where it is shadowed. Call it after the client has been served. */
    readonly shadow?: () => Promise<ShadowedOperation | NotComparedReason>;
  },
): Promise<'taken'> {
  const { request, response, signal } = call;
  const isCompared = options.shadow !== undefined && migration.shadow.admit();
  const capture = isCompared
    ? createCapture({ ...migration.captures, mayUseDisk: () => isKnown(call) })
    : undefined;
  let body: Readable | undefined;
  let handedOver = false;
  try {
    const credential = await credentialFor(migration, call, options.subject);
    await admitBody(migration, call, options.principal);
    if (capture) {
      call.tapBody((piece) => {
        capture.piece(piece);
        return undefined;
      });
    }
    body = call.openBody();
    const came = await forward(migration, call, { credential, signal, ...(body ? { body } : {}) });
    const { baseUrl } = call.context;
    const rawHeaders = withPublicLocation(came.rawHeaders, migration.address, baseUrl);
    const answer = { ...came, rawHeaders };
    const tap = capture || options.onAnswer ? answerTap(answer) : undefined;
    await cutWhereItFails(response, () => streamAnswer(response, answer, (piece) => tap?.piece(piece)));
    const whole = tap?.whole();
    if (whole) options.onAnswer?.(whole);
    if (capture && options.shadow !== undefined) {
      handedOver = true;
      const copy = copyIn(capture);
      if (!request.complete) migration.shadow.skip('cut off', copy);
      else if (!whole) migration.shadow.skip('answer too long', copy);
      else migration.shadow.add({ kind: 'request', operation: options.shadow, call, copy, answer: whole });
    }
    return 'taken';
  } catch (cause) {
    // The reason why the client's body broke off says more than the failed request to the backend.
    signal.throwIfAborted();
    throw cause;
  } finally {
    body?.destroy();
    if (capture && !handedOver) migration.shadow.skip('cut off', copyIn(capture));
  }
}

/** The gateway lends its own credential only to callers for whom it would carry the operation out itself. */
async function credentialFor(
  { settings }: MigrationAtBackend,
  call: MigrationCall,
  subject: Subject | undefined,
): Promise<SentCredential> {
  if (settings.passCredential || call.operationId === undefined) return { kind: 'client' };
  const principal = await call.authorize();
  return principal ? { kind: 'gateway', ...(subject ? { subject } : {}) } : { kind: 'client' };
}

/** Whether the caller's credential is valid, so that the caller may use the gateway's disk. */
async function isKnown(call: MigrationCall): Promise<boolean> {
  return (await authenticateInTime(call)) !== undefined;
}

function copyIn(capture: Capture): ShadowCopy {
  return {
    async take() {
      const held = await capture.take();
      return typeof held === 'string' ? held : [held];
    },
    drop: () => capture.drop(),
  };
}

/** Once the head is sent, a failure can only cut the connection. */
async function cutWhereItFails(response: ServerResponse, send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (cause) {
    response.destroy();
    if (cause instanceof ProblemError) throw cause;
  }
}
