import { createMigratingExecutor, type MigratingParts } from '../migrating-executor.ts';
import { verdictOf } from '../replicas/backend.ts';
import type { WritePolicy } from '../stages/write-policy.ts';
import { bytesOf } from '../upstream/encode-body.ts';
import { readWhole, type WholeAnswer } from '../upstream/read-answer.ts';
import { giveAnswer } from './answer-as-it-came.ts';
import { copyBody } from './copy-body.ts';
import { forward } from './forward.ts';
import type { MigrationCall, MigrationInterception } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';
import { withPublicLocation } from './public-location.ts';

/**
 * A write on both sides whose response is the backend's own, byte for byte. The gateway carries the request
 * out like any other request. At the step that decision 0901 names, the executor sends the client's own bytes
 * to the backend.
 */
export function writeBothAsSent(
  parts: {
    readonly migration: MigrationAtBackend;
    readonly executorParts: Omit<MigratingParts, 'send'>;
    readonly policy: WritePolicy;
  },
  call: MigrationCall,
): Exclude<MigrationInterception, 'taken'> {
  const { migration, policy } = parts;
  const { settings, backend } = migration;
  const copy = copyBody(migration.replica.spool, call);
  call.onEnd(copy.release);
  let theirs: WholeAnswer | undefined;
  let mayBeAccepted = false;
  return {
    executor: createMigratingExecutor({
      ...parts.executorParts,
      async send(command, { subject }) {
        const body = await copy.take();
        const answer = await forward(migration, call, {
          // The gateway has accepted the caller by now.
          credential: settings.passCredential ? { kind: 'client' } : { kind: 'gateway', subject },
          ...(body ? { body: bytesOf(body.source) } : {}),
          signal: AbortSignal.timeout(settings.timeoutSeconds * 1000),
        });
        theirs = await readWhole(answer);
        // The client's own id: that of the person may be another one, since a merge.
        const id = command.subject.kind === 'alias' ? command.subject.id : undefined;
        const reply = { outcome: backend.meaningOf(command, theirs, id), losses: [] };
        const verdict = verdictOf(reply);
        mayBeAccepted = verdict === 'done' || (verdict === 'unsure' && theirs.status < 300);
        if (reply.outcome.kind === 'done') migration.learner.learn(subject, reply.outcome.profile);
        return reply;
      },
    }),
    async replaceResponse(ours) {
      // The backend accepted the write and the local store failed, or it is unclear whether it accepted it.
      // The intent is durable, but a strict policy acknowledges only what both sides have.
      const mayAcknowledge = !mayBeAccepted || ours.status < 400 || !policy.strict;
      if (!theirs || !mayAcknowledge) return false;
      await copy.release();
      const { baseUrl } = call.context;
      const rawHeaders = withPublicLocation(theirs.rawHeaders, migration.address, baseUrl);
      await giveAnswer(call.response, { ...theirs, rawHeaders });
      return true;
    },
  };
}
