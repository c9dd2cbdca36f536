import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProblemError } from '../../../src/domain/index.ts';
import type { OperatedBackend } from '../../../src/migration/operate/operated-backend.ts';
import { readPreflight } from '../../../src/migration/preflight/preflight-report.ts';
import { runPreflight } from '../../../src/migration/preflight/run-preflight.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createModelBackend } from '../model/model-backend.ts';
import { createModelGateway } from '../model/model-gateway.ts';
import { createMortalProcess } from '../model/mortal-process.ts';

const IDS = ['1', '2', '3'];

describe('a preflight that is cancelled', () => {
  let operated: OperatedBackend;
  let cancel: AbortController;
  /** What happens when the backend is asked whether it is there, and about each person. */
  let onReach: () => void;
  let onAsk: () => void;
  let asked: number;

  beforeEach(() => {
    cancel = new AbortController();
    onReach = () => {};
    onAsk = () => {};
    asked = 0;
    const process = createMortalProcess({ ...createMemoryStore(), hop: async () => {} });
    const model = createModelGateway({
      process,
      backend: createModelBackend(),
      nowMs: () => 1_000_000,
    }).operated;
    const ask = async () => {
      asked += 1;
      onAsk();
      throw new ProblemError({ kind: 'upstream-timeout' });
    };
    const request = ({ signal }: { readonly signal: AbortSignal }) => {
      onReach();
      if (signal.aborted) return Promise.reject(new ProblemError({ kind: 'upstream-timeout' }));
      return Promise.resolve({ status: 200, body: Readable.from([]) });
    };
    operated = {
      at: {
        ...model.at,
        // Only the backend that keeps to the pace, and that the signal stops, can be asked about people.
        pacedReplica: () => ({ ...model.at.replica, backend: { ...model.at.backend, ask, addressOf: ask } }),
        settings: {
          ...model.at.settings,
          learn: [],
          baseUrl: 'http://127.0.0.1:9',
          connectTimeoutSeconds: 1,
          timeoutSeconds: 1,
        },
        address: { origin: 'http://127.0.0.1:9', basePath: '' },
        connection: { request },
        isTranslated: false,
      },
      core: {
        ...model.core,
        directory: {
          ...model.core.directory,
          byAlias: async (tenant: string, dialect: string, id: string) => ({
            key: 'a'.repeat(32),
            tenant,
            id,
            aliases: { [dialect]: id },
            profile: {},
          }),
        },
      },
    } as unknown as OperatedBackend;
  });

  const run = () =>
    runPreflight(operated, IDS, { sample: IDS.length, concurrency: 1, signal: cancel.signal });

  it('a preflight that is not cancelled looks at everybody and keeps its report', async () => {
    expect(await run()).toMatchObject({ sampled: 3 });
    expect([asked, await readPreflight(operated)]).toEqual([3, expect.objectContaining({ sampled: 3 })]);
  });

  it.each(IDS.map(Number))(
    'a preflight that is cancelled at person %d looks at nobody more and keeps no report',
    async (person) => {
      onAsk = () => {
        if (asked === person) cancel.abort(new Error('cancelled'));
      };
      await expect(run()).rejects.toThrow('cancelled');
      expect([asked, await readPreflight(operated)]).toEqual([person, undefined]);
    },
  );

  it('a preflight that is cancelled before the backend answers looks at nobody', async () => {
    onReach = () => cancel.abort(new Error('cancelled'));
    await expect(run()).rejects.toThrow('cancelled');
    expect([asked, await readPreflight(operated)]).toEqual([0, undefined]);
  });
});
