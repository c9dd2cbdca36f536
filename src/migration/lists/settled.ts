/** What became of a promise. */
export type Settled<T> = PromiseSettledResult<T>;

/** Keeps a rejection until somebody asks for the value. */
export async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}

/** The value, or the rejection that was kept. */
export function valueOf<T>(result: Settled<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
