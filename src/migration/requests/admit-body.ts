import { setTimeout as pause } from 'node:timers/promises';
import { type Principal, ProblemError } from '../../domain/index.ts';
import { withinTime } from '../shadow/within-time.ts';
import type { MigrationCall } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';

/**
 * How long a body waits for its place, in milliseconds. It could wait as long for a connection to the backend.
 */
const LONGEST_WAIT_MS = 5_000;
/** Pause between two looks for a place, in milliseconds. */
const POLL_MS = 25;

/**
 * Takes a place among the bodies that are being sent to the backend, and holds it until the request is
 * decided. Other bodies must be refused before they take all connections to the backend. Throws `overloaded`
 * where no place becomes free. A caller without `authenticated` counts as anonymous, so that the request does
 * not wait for the local store. The credential is checked only where all places of anonymous callers are
 * taken.
 */
export async function admitBody(
  { bodies }: Pick<MigrationAtBackend, 'bodies'>,
  call: MigrationCall,
  authenticated: Principal | undefined,
): Promise<void> {
  if (!call.hasBody) return;
  const { signal } = call;
  const { address } = call.client;
  const waitUntil = performance.now() + LONGEST_WAIT_MS;
  let principal = authenticated;
  for (let look = 1; ; look += 1) {
    try {
      call.onEnd(bodies.enter(principal ? { principal } : { address }));
      return;
    } catch (cause) {
      if (!(cause instanceof ProblemError) || performance.now() > waitUntil) throw cause;
      if (look === 1) principal ??= await authenticateInTime(call);
      else await pause(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** The caller; `undefined` where the credential is invalid, or where the check takes too long. */
export async function authenticateInTime(call: MigrationCall): Promise<Principal | undefined> {
  try {
    return await withinTime(call.authenticate(), LONGEST_WAIT_MS);
  } catch {
    return undefined;
  }
}
