import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiProblem, read } from './api.ts';
import type { List } from './api-types.ts';

/** A resource that is loading, loaded or refused. */
export interface Resource<T> {
  readonly value?: T;
  readonly problem?: string;
  /** Reads the resource again now. */
  readonly reload: () => void;
}

/** The items of a list: `undefined` while they are loading, none where they were refused. */
export function itemsOf<T>({ value, problem }: Resource<List<T>>): readonly T[] | undefined {
  return value?.items ?? (problem === undefined ? undefined : []);
}

/**
 * Reads the resource at `path`, and reads it again every `everyMs` if that is given. Without a path it reads
 * nothing.
 */
export function useResource<T>(path: string | undefined, everyMs?: number): Resource<T> {
  const [state, setState] = useState<{ path?: string; value?: T; problem?: string }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === undefined) return undefined;
    let unmounted = false;
    const load = async () => {
      try {
        const value = await read<T>(path);
        if (!unmounted) setState({ path, value });
      } catch (cause) {
        if (unmounted) return;
        if (cause instanceof ApiProblem && cause.status === 401)
          globalThis.dispatchEvent(new Event('signed-out'));
        const problem = cause instanceof Error ? cause.message : String(cause);
        setState((before) => ({ ...(before.path === path ? before : { path }), problem }));
      }
    };
    void load();
    const timer = everyMs === undefined ? undefined : setInterval(() => void load(), everyMs);
    return () => {
      unmounted = true;
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
