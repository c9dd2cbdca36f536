import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiProblem, read } from './api.ts';
import type { List } from './api-types.ts';

/** A resource on its way, there, or refused. */
export interface Resource<T> {
  readonly value?: T;
  readonly problem?: string;
  /** Asks again now. */
  readonly reload: () => void;
}

/** The items of a list: `undefined` while they are on their way, none where they were refused. */
export function itemsOf<T>({ value, problem }: Resource<List<T>>): readonly T[] | undefined {
  return value?.items ?? (problem === undefined ? undefined : []);
}

/** Reads a resource when the path changes, and every `everyMs` where it is given; `undefined` reads nothing. */
export function useResource<T>(path: string | undefined, everyMs?: number): Resource<T> {
  const [state, setState] = useState<{ path?: string; value?: T; problem?: string }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === undefined) return undefined;
    let gone = false;
    const load = async () => {
      try {
        const value = await read<T>(path);
        if (!gone) setState({ path, value });
      } catch (cause) {
        if (gone) return;
        if (cause instanceof ApiProblem && cause.status === 401)
          globalThis.dispatchEvent(new Event('signed-out'));
        const problem = cause instanceof Error ? cause.message : String(cause);
        setState((before) => ({ ...(before.path === path ? before : { path }), problem }));
      }
    };
    void load();
    const timer = everyMs === undefined ? undefined : setInterval(() => void load(), everyMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [path, turn, everyMs]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const { value, problem } = state.path === path ? state : {};
  return {
    ...(value === undefined ? {} : { value }),
    ...(problem === undefined ? {} : { problem }),
    reload,
  };
}
