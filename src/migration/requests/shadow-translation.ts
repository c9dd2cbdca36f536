import type { ServerResponse } from 'node:http';
import { ProblemError, type UpstreamOutcome } from '../../domain/index.ts';
import type { BackendTranslator } from '../migrating-executor.ts';
import type { NotComparedReason } from '../parity/parity-tally.ts';
import { copyUploads } from '../shadow/copy-uploads.ts';
import { isShadowing, policyOf, type Stage } from '../stages/stage-record.ts';
import type { MigrationCall } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';
import { operationOf, shadowedCommand } from './whom-it-concerns.ts';

/** Makes the translator of one request. `onAnswer` gets what the backend said; the last call counts. */
type MakeTranslator = (onAnswer: (outcome: UpstreamOutcome) => void) => BackendTranslator;

/**
 * A translator whose command is carried out again on shadow subjects after its client has been served. The
 * client waits neither for that nor for the copies of the uploads. Every request in `shadow` that is not
 * compared is counted.
 */
export function shadowTranslation(
  migration: Pick<MigrationAtBackend, 'shadow' | 'captures'>,
  call: MigrationCall,
  stage: Stage,
  make: MakeTranslator,
): BackendTranslator {
  const { shadow, captures } = migration;
  const { operationId, response } = call;
  let said: UpstreamOutcome | undefined;
  let reached = false;
  const translator = make((outcome) => {
    said = outcome;
  });
  const counts = isShadowing(stage.record);
  if (operationId === undefined || !shadowedCommand(operationOf(call))) {
    if (counts) shadow.notCompared('operation not compared');
    return translator;
  }
  // The backend never hears of what the gateway refuses itself.
  call.onEnd(() => {
    if (counts && !reached) shadow.notCompared('refused before the backend');
  });

  return {
    async execute(command, context, opened) {
      reached = true;
      const isShadowed = opened && policyOf(stage, opened.subject.key).shadow;
      if (counts && !isShadowed) shadow.notCompared('outside the ramp');
      if (!isShadowed || command.kind === 'locate-images' || !shadow.admit()) {
        return translator.execute(command, context, opened);
      }
      const copy = copyUploads(command, captures.newPath);
      let silence: NotComparedReason = 'no answer from the backend';
      try {
        return await translator.execute(command, context, opened);
      } catch (cause) {
        if (isRefusal(cause)) silence = 'refused before the backend';
        throw cause;
      } finally {
        const outcome = said;
        const { subject } = opened;
        runAfterResponse(response, () => {
          if (!outcome) return shadow.skip(silence, copy);
          shadow.add({
            kind: 'translation',
            call,
            operation: async () => ({ subject, operationId, command: command.kind }),
            command,
            context,
            outcome,
            copy,
          });
        });
      }
    },
  };
}

/** Whether the gateway itself refused the command, e.g. because its file is not a picture. */
function isRefusal(cause: unknown): boolean {
  return cause instanceof ProblemError && !cause.problem.kind.startsWith('upstream-');
}

/** Calls `act` when the client has its answer, or has left. */
function runAfterResponse(response: ServerResponse, act: () => void): void {
  if (response.closed || response.destroyed) act();
  else response.once('close', act);
}
