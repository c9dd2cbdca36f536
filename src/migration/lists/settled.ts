/** The result of a promise: its value or its rejection. */
export type Settled<T> = PromiseSettledResult<T>;

/** Resolves with the result of a promise. `valueOf` throws its rejection later. */
export async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}

/** Gives the value of a result, or throws its rejection. */
export function valueOf<T>(result: Settled<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
