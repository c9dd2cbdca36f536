import { ProblemError } from '../../domain/index.ts';

/** Bounds how many bodies are received and worked on at once, over all dialects and tenants. */
export interface UploadAdmission {
  readonly underWay: number;
  /** Takes a place; call the result, once or more, to give it back. Throws `overloaded` when there is none. */
  enter(): () => void;
}

/** How long a client that was turned away should wait: about the time that an upload takes. */
const RETRY_AFTER_SECONDS = 2;

/** At most `maxConcurrentUploads` at once. Nobody queues: a waiting upload would hold its connection and its client's patience. */
export function createUploadAdmission(maxConcurrentUploads: number): UploadAdmission {
  let underWay = 0;
  return {
    get underWay() {
      return underWay;
    },
    enter() {
      if (underWay >= maxConcurrentUploads) {
        throw new ProblemError({ kind: 'overloaded', retryAfterSeconds: RETRY_AFTER_SECONDS });
      }
      underWay += 1;
      let left = false;
      return () => {
        if (!left) underWay -= 1;
        left = true;
      };
    },
  };
}
