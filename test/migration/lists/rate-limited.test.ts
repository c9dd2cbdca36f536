import { beforeEach, describe, expect, it } from '@jest/globals';
import { backfillList } from '../../../src/migration/lists/backfill-list.ts';
import { verifyList } from '../../../src/migration/lists/verify-list.ts';
import type { OperatedBackend } from '../../../src/migration/operate/operated-backend.ts';
import type { Backend } from '../../../src/migration/replicas/backend.ts';
import { beginStage } from '../../../src/migration/stages/stage-store.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createModelBackend, uploadOf } from '../model/model-backend.ts';
import { createModelGateway } from '../model/model-gateway.ts';
import { NAME, subjectAt } from '../model/model-parts.ts';
import { createMortalProcess } from '../model/mortal-process.ts';

const PERSON = subjectAt(0);
const SECONDS = 7;

describe('a run over a list whose backend answers 429', () => {
  let operated: OperatedBackend;
  let pauses: number[];
  /** So many requests are answered before the next two get 429. */
  let answered: number;

  function limit(backend: Backend): Backend {
    let requests = 0;
    return {
      ...backend,
      async carryOut(command, subject) {
        requests += 1;
        if (requests <= answered || requests > answered + 2) return backend.carryOut(command, subject);
        const problem = { kind: 'rate-limited', retryAfterSeconds: SECONDS } as const;
        return { outcome: { kind: 'problem', problem }, losses: [] };
      },
    };
  }

  beforeEach(async () => {
    pauses = [];
    answered = 0;
    const store = createMemoryStore();
    await beginStage(store.records, NAME, 'dual-write');
    const process = createMortalProcess({ ...store, hop: async () => {} });
    const backend = createModelBackend();
    const at = { kind: 'key', key: PERSON.key } as const;
    const images = [{ slot: 0, upload: uploadOf(1) }];
    await backend.as(process.step).carryOut({ kind: 'put-images', subject: at, images }, PERSON);
    const limited: typeof backend = { ...backend, as: (step) => limit(backend.as(step)) };
    operated = createModelGateway({ process, backend: limited, nowMs: () => 1_000_000 }).operated;
  });

  const options = () => ({
    concurrency: 1,
    restart: false,
    acceptsEmpty: true,
    signal: new AbortController().signal,
    async pause(ms: number) {
      pauses.push(ms / 1000);
    },
  });

  it('a backfill waits for as long as the backend asks for', async () => {
    const { report } = await backfillList(operated, [PERSON.id], options());
    expect([report.copied, pauses]).toEqual([1, [SECONDS, SECONDS]]);
  });

  it('a verification waits for as long as the backend asks for', async () => {
    const { report } = await verifyList(operated, [PERSON.id], { ...options(), repair: false });
    expect([report.differences, pauses]).toEqual([{ 'not copied': 1 }, [SECONDS, SECONDS]]);
  });

  it('a verification that repairs waits for as long as the backend asks for', async () => {
    answered = 1;
    const { report } = await verifyList(operated, [PERSON.id], { ...options(), repair: true });
    expect([report.repaired, pauses]).toEqual([1, [SECONDS, SECONDS]]);
  });
});
