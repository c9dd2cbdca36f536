import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProblemError } from '../../../src/domain/index.ts';
import { verifyList } from '../../../src/migration/lists/verify-list.ts';
import type { OperatedBackend } from '../../../src/migration/operate/operated-backend.ts';
import { runPreflight } from '../../../src/migration/preflight/run-preflight.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createModelBackend } from '../model/model-backend.ts';
import { createModelGateway } from '../model/model-gateway.ts';
import { createMortalProcess } from '../model/mortal-process.ts';

const PERSON = {
  key: 'a'.repeat(32),
  tenant: 'acme',
  id: 'zx-person-77180339',
  aliases: { legacy: 'zx-legacy-77180339' },
  profile: {},
};
const STRANGER = 'zx-stranger-77180339';

/** An erasure that another process finishes knows the person's key alone: it could not find the ids. */
describe('the report of', () => {
  let store: Store;
  let operated: OperatedBackend;
  beforeEach(() => {
    store = createMemoryStore();
    const backend = createModelBackend();
    backend.trouble('down');
    const process = createMortalProcess({ ...store, hop: async () => {} });
    const model = createModelGateway({ process, backend, nowMs: () => 1_000_000 }).operated;
    const down = () => Promise.reject(new ProblemError({ kind: 'upstream-unavailable' }));
    operated = {
      at: {
        ...model.at,
        pacedReplica: () => ({
          ...model.at.replica,
          backend: { ...model.at.backend, ask: down, addressOf: down },
        }),
        settings: {
          ...model.at.settings,
          learn: [],
          baseUrl: 'http://127.0.0.1:9',
          requestsPerSecond: 1,
          connectTimeoutSeconds: 1,
          timeoutSeconds: 1,
        },
        address: { origin: 'http://127.0.0.1:9', basePath: '' },
        connection: { request: async () => ({ status: 200, body: Readable.from([]) }) },
        rendition: 'original',
        isTranslated: false,
      },
      core: {
        ...model.core,
        directory: {
          ...model.core.directory,
          byAlias: async (_tenant: string, _dialect: string, id: string) =>
            id === PERSON.aliases.legacy ? PERSON : undefined,
        },
      },
    } as unknown as OperatedBackend;
  });

  /** Every record, with its key. */
  async function everything(): Promise<string> {
    const all: string[] = [];
    for await (const key of store.records.list('')) {
      all.push(`${key} ${JSON.stringify((await store.records.read(key))?.value)}`);
    }
    return all.join('\n');
  }

  it('a verification names the people who differ, and no record keeps their ids', async () => {
    const { report } = await verifyList(operated, [PERSON.aliases.legacy, STRANGER], {
      concurrency: 1,
      restart: false,
      acceptsEmpty: true,
      repair: false,
      signal: new AbortController().signal,
      pause: async () => {},
    });
    expect(report.examples).toEqual([{ id: PERSON.aliases.legacy, difference: 'unclear' }]);
    const kept = await everything();
    expect(kept).toContain('migration/runs/verification/');
    expect(kept).not.toContain('77180339');
  });

  it('a preflight names the people who are in the way, and no record keeps their ids', async () => {
    const { checks } = await runPreflight(operated, [PERSON.aliases.legacy, STRANGER], {
      sample: 10,
      concurrency: 1,
      signal: new AbortController().signal,
    });
    expect(checks.flatMap(({ examples }) => examples ?? [])).toEqual(
      expect.arrayContaining([PERSON.aliases.legacy, STRANGER]),
    );
    const kept = await everything();
    expect(kept).toContain('migration/preflights/');
    expect(kept).not.toContain('77180339');
  });
});
