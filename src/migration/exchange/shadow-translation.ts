import type { ServerResponse } from 'node:http';
import type { UpstreamOutcome } from '../../domain/index.ts';
import type { BackendTranslator } from '../migrating-executor.ts';
import { copyUploads } from '../shadow/copy-uploads.ts';
import { conductOf, isShadowing, type StageRecord } from '../stages/stage-record.ts';
import type { MigrationCall } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';
import { operationOf, shadowedCommand } from './whom-it-concerns.ts';

/** Makes the translator of one exchange; `onAnswer` is told what the backend said, the last time counts. */
type MakeTranslator = (onAnswer: (outcome: UpstreamOutcome) => void) => BackendTranslator;

/**
 * A translator whose command is done once more on shadow subjects when its client has been served. Nobody waits for that, nor for the
 * copies of the uploads. Every exchange in `shadow` that is not compared is counted.
 */
export function shadowTranslation(
  migration: Pick<MigrationAtBackend, 'shadow' | 'captures'>,
  call: MigrationCall,
  record: StageRecord,
  make: MakeTranslator,
): BackendTranslator {
  const { shadow, captures } = migration;
  const { operationId, request, response } = call;
  let said: UpstreamOutcome | undefined;
  let reached = false;
  const translator = make((outcome) => {
    said = outcome;
  });
  const counts = isShadowing(record);
  if (operationId === undefined || !shadowedCommand(operationOf(call))) {
    if (counts) shadow.notCompared('operation not compared');
    return translator;
  }
  // What the gateway refuses on its own the backend never hears of.
  response.once('close', () => {
    if (counts && !reached) shadow.notCompared('refused before the backend');
  });

  return {
    async execute(command, context, opened) {
      reached = true;
      const isShadowed = opened && conductOf(record, opened.subject.key).shadow;
      if (counts && !isShadowed) shadow.notCompared('outside the ramp');
      if (!isShadowed || command.kind === 'locate-images' || !shadow.admit()) {
        return translator.execute(command, context, opened);
      }
      const copy = copyUploads(command, captures.folder);
      try {
        return await translator.execute(command, context, opened);
      } finally {
        const outcome = said;
        const { subject } = opened;
        afterwards(response, () => {
          if (!outcome) return shadow.skip('no answer from the backend', copy);
          shadow.add({
            kind: 'translation',
            request,
            subject: async () => ({ subject, operationId, command: command.kind }),
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

/** When the client has got its answer, or has gone. */
function afterwards(response: ServerResponse, act: () => void): void {
  if (response.closed || response.destroyed) act();
  else response.once('close', act);
}
