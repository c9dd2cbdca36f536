import { setFlagsFromString } from 'node:v8';

/** How far the heap may grow past what was alive after the last collection, in percent. */
const GROWTH_PERCENT = 200;

/**
 * Lets the heap of this process grow further between two full collections. Every chunk that arrives is a buffer of its own, and the
 * collector counts them all as heap: a photograph brought it near the default limit, so that marking the live 25 MiB again and again cost a third
 * of the gateway's own time. Bounded: twice what is alive, not a fixed size. Call it once, before the work begins.
 */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
