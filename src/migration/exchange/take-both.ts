import { type CommandExecutor, ProblemError, type Subject } from '../../domain/index.ts';
import { createMigratingExecutor, type MigratingParts } from '../migrating-executor.ts';
import { verdictOf } from '../replicas/backend.ts';
import type { Conduct } from '../stages/conduct.ts';
import { bytesOf } from '../upstream/encode-body.ts';
import { endToEnd } from '../upstream/hop-by-hop.ts';
import { readWhole, type WholeAnswer } from '../upstream/read-answer.ts';
import { giveAnswer } from './answer-as-it-came.ts';
import { forward, hasBody } from './forward.ts';
import type { MigrationCall } from './intercepted-call.ts';
import type { Loopback } from './loopback.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';

/** Beyond what the dialect accepts: part heads and form fields, in bytes. */
const FORM_ROOM_BYTES = 256 * 1024;

/**
 * A write on both sides whose answer is the backend's own, byte for byte. The request is held, carried out here through the loopback, and
 * sent on as it came at the moment that the protocol names (docs/decisions/0901).
 */
export async function takeBoth(
  parts: {
    readonly migration: MigrationAtBackend;
    readonly loopback: Loopback;
    readonly executorParts: Omit<MigratingParts, 'send'>;
    readonly conduct: Conduct;
    readonly maxBytes: number;
    readonly timeoutMs: number;
  },
  call: MigrationCall,
  subject: Subject | undefined,
): Promise<'taken'> {
  const { migration, loopback, conduct } = parts;
  const { request, response } = call;
  const held = hasBody(request)
    ? await migration.replica.spool.hold(
        bounded(request, parts.maxBytes + FORM_ROOM_BYTES),
        Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY),
      )
    : undefined;
  let theirs: WholeAnswer | undefined;
  let wasAccepted = false;
  try {
    const executor: CommandExecutor = createMigratingExecutor({
      ...parts.executorParts,
      async send(command) {
        const answer = await forward(migration, request, {
          ...(held ? { body: bytesOf(held.source) } : {}),
          ...(subject ? { subject } : {}),
          signal: AbortSignal.timeout(parts.timeoutMs),
        });
        theirs = await readWhole(answer);
        const reply = { outcome: migration.backend.meaningOf(command, theirs), losses: [] };
        wasAccepted = verdictOf(reply) === 'done';
        return reply;
      },
    });
    const ours = await loopback.send({
      method: request.method ?? 'GET',
      target: request.url ?? '/',
      rawHeaders: endToEnd(request.rawHeaders),
      ...(held ? { body: bytesOf(held.source) } : {}),
      executor,
      timeoutMs: parts.timeoutMs * 2,
    });
    const isGood = ours.status < 400;
    // Accepted there and failed here: the intent is durable, but a strict conduct acknowledges only what both have.
    const mayAcknowledge = !wasAccepted || isGood || !conduct.strict;
    await giveAnswer(response, theirs && mayAcknowledge ? theirs : ours);
    return 'taken';
  } finally {
    await held?.release();
  }
}

async function* bounded(stream: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const piece of stream) {
    size += piece.byteLength;
    if (size > maxBytes) throw new ProblemError({ kind: 'file-too-large', limitBytes: maxBytes });
    yield piece;
  }
}
