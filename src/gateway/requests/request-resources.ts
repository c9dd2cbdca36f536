import type { Principal } from '../../domain/index.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { UploadSession } from '../intake/upload-store.ts';
import type { IncomingRequest } from './incoming-request.ts';

/** The resources that a request holds until its response is decided. */
export interface RequestResources {
  /** The received files. */
  readonly session: UploadSession;
  /** Takes one of the places for uploads. Throws `overloaded` where none is free for this caller. */
  enterUpload(principal: Principal | undefined): void;
  /** Calls `act` when the response is decided, also for an error. */
  onEnd(act: () => void | Promise<void>): void;
  /**
   * Releases everything, so that a client that has read its response finds none of its files left. Never
   * rejects.
   */
  release(): Promise<void>;
}

/** The resources of one request. Call `release` once the response is decided, also for an error. */
export function createRequestResources(
  { parts, uploads, admission }: GatewayContext,
  { requestId, body, origin }: Pick<IncomingRequest, 'requestId' | 'body' | 'origin'>,
): RequestResources {
  const session = uploads.session(body.announcedBytes);
  const endings: (() => void | Promise<void>)[] = [];
  const onEnd = (act: () => void | Promise<void>) => {
    endings.push(act);
  };
  return {
    session,
    enterUpload: (principal) =>
      onEnd(admission.enter(principal ? { principal } : { address: origin.address })),
    onEnd,
    async release() {
      await session.release().catch((cause: unknown) => {
        parts.log.error({ err: cause, requestId }, 'received files could not be removed');
      });
      for (const act of endings.splice(0)) await act();
    },
  };
}
