import type { ServerResponse } from 'node:http';
import { ProblemError, type Subject } from '../../domain/index.ts';
import type { BufferGarbage } from '../../memory/buffer-garbage.ts';
import type { NotComparedReason } from '../parity/parity-tally.ts';
import type { ShadowCopy } from '../shadow/shadow-exchange.ts';
import type { ShadowSubject } from '../shadow/shadow-subject.ts';
import { streamAnswer } from './answer-as-it-came.ts';
import { answerTap } from './answer-tap.ts';
import { type Capture, createCapture } from './capture.ts';
import { forward } from './forward.ts';
import type { MigrationCall } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';

/**
 * The backend answers, byte for byte; the exchange is over when its last byte is. Where it is shadowed, copies of request and answer are
 * handed over afterwards, and nothing waits for that.
 */
export async function takeStream(
  migration: MigrationAtBackend,
  call: MigrationCall,
  options: {
    readonly garbage: BufferGarbage;
    readonly subject?: Subject;
    /** Finds out whom the exchange is about, where it is shadowed; not before the client is served. */
    readonly shadow?: () => Promise<ShadowSubject | NotComparedReason>;
  },
): Promise<'taken'> {
  const { request, response, signal } = call;
  const isCompared = options.shadow !== undefined && migration.shadow.admit();
  const capture = isCompared ? createCapture(migration.captures) : undefined;
  const count = ({ byteLength }: Buffer) => options.garbage.passed(byteLength);
  // Listening any sooner would begin the reading, which is for the connection to the backend to do.
  request.once('resume', () => {
    request.on('data', (piece: Buffer) => {
      count(piece);
      capture?.piece(piece);
    });
  });
  let handedOver = false;
  try {
    const answer = await forward(migration, request, {
      signal,
      ...(options.subject ? { subject: options.subject } : {}),
    });
    const tap = capture && answerTap(answer);
    await streamed(response, () =>
      streamAnswer(response, answer, (piece) => {
        count(piece);
        tap?.piece(piece);
      }),
    );
    const whole = tap?.whole();
    if (capture && options.shadow !== undefined) {
      handedOver = true;
      const copy = copyIn(capture);
      if (!request.complete) migration.shadow.skip('cut off', copy);
      else if (!whole) migration.shadow.skip('answer too long', copy);
      else migration.shadow.add({ kind: 'request', subject: options.shadow, request, copy, answer: whole });
    }
    return 'taken';
  } finally {
    if (capture && !handedOver) migration.shadow.skip('cut off', copyIn(capture));
  }
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

/** Once the head is out a failure can only cut the connection. */
async function streamed(response: ServerResponse, send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (cause) {
    response.destroy();
    if (cause instanceof ProblemError) throw cause;
  }
}
