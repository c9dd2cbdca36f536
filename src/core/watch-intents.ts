import type { CoreParts } from './core-parts.ts';
import { finishIntents } from './finish-intents.ts';
import type { PeopleParts } from './merge-people.ts';

/** How often a gateway looks for merges and erasures that a crash interrupted. */
const EVERY_MS = 60_000;

/** Finishes merges and erasures of people while the gateway runs. */
export interface IntentWatch {
  start(): void;
  /** Stops looking, and waits for the run under way. */
  stop(): Promise<void>;
}

/** See `IntentWatch`. */
export function createIntentWatch(parts: PeopleParts & Pick<CoreParts, 'warn'>): IntentWatch {
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();
  const look = () => {
    underWay = underWay.then(() =>
      finishIntents(parts).catch((cause: unknown) => parts.warn('merges and erasures of people', cause)),
    );
  };
  return {
    start() {
      timer = setInterval(look, EVERY_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      await underWay;
    },
  };
}
