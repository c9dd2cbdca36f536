import type { Interceptor } from './interceptor.ts';

/** Asks one interceptor after the other; the first that does something decides. `undefined` where there is none to ask. */
export function inSequence(interceptors: readonly Interceptor[]): Interceptor | undefined {
  const [only] = interceptors;
  if (interceptors.length <= 1) return only;
  return {
    async intercept(call) {
      for (const interceptor of interceptors) {
        const interception = await interceptor.intercept(call);
        if (interception !== undefined) return interception;
      }
      return undefined;
    },
  };
}
