import { describe, expect, it } from '@jest/globals';
import { finishListRun, openListRun } from '../../../src/migration/lists/run-records.ts';
import type { VerifyOutcome } from '../../../src/migration/lists/verify-list.ts';
import { findMoved, findParity, findVerification } from '../../../src/migration/operate/evidence.ts';
import type { OperatedBackend } from '../../../src/migration/operate/operated-backend.ts';
import { createParityBook } from '../../../src/migration/parity/parity-tally.ts';
import { storeCohort } from '../../../src/migration/stages/cohort.ts';
import { EVERYBODY, type Rollout } from '../../../src/migration/stages/rollout.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

const NAME = { tenant: 'acme', dialect: 'legacy' };
const [ANNA, BORIS] = ['a'.repeat(32), 'b'.repeat(32)] as const;

/** What the gate is told of a switch of Anna and Boris after a verification that looked at these people. */
async function notVerifiedAfter(...verified: readonly string[]): Promise<number | undefined> {
  const { records } = createMemoryStore();
  const operated = {
    at: { name: NAME, settings: { gate: { verificationHours: 24 } } },
    core: { records, directory: {}, clock: { nowMs: () => 1_000 } },
  } as unknown as OperatedBackend;
  const place = { records, kind: 'verification', name: NAME } as const;
  const options = { ids: verified, nowMs: () => 500, restart: false, notBeforeMs: 0 };
  const { head, save } = await openListRun({ ...place, ...options }, 'digest');
  const people = verified.map((subjectKey) => ({ outcome: 'equal' as const, subjectKey }));
  await save<VerifyOutcome>(0, people);
  await finishListRun(place, head, {
    ...head,
    atMs: 600,
    report: { equal: verified.length, subjects: verified.length },
  });
  const ramp = await storeCohort(records, 'pilot', [ANNA, BORIS]);
  const from: Rollout = { stage: 'dual-write', ramp: EVERYBODY };
  const moved = await findMoved(operated, from, { stage: 'switched', ramp });
  const record = { rollout: from } as unknown as Parameters<typeof findVerification>[1];
  return (await findVerification(operated, record, moved))?.notVerified;
}

describe('the verification of a step for a list of people', () => {
  it('the verification of a step for a list of people covers the step when it looked at all people', async () => {
    expect(await notVerifiedAfter(ANNA, BORIS)).toBe(0);
  });

  it('the verification of a step for a list of people does not count a person who is listed by two ids as two people', async () => {
    expect(await notVerifiedAfter(ANNA, ANNA)).toBe(1);
    expect(await notVerifiedAfter(ANNA, ANNA, BORIS)).toBe(0);
  });
});

describe('the verification of a step for all people, where the directory cannot be listed', () => {
  async function setUp() {
    const { records } = createMemoryStore();
    const operated = {
      at: { name: NAME, settings: { gate: { verificationHours: 24 } } },
      core: { records, directory: {}, clock: { nowMs: () => 3_000 } },
    } as unknown as OperatedBackend;
    const place = { records, kind: 'verification', name: NAME } as const;
    const from: Rollout = { stage: 'dual-write', ramp: EVERYBODY };
    const moved = await findMoved(operated, from, { stage: 'switched', ramp: EVERYBODY });
    return {
      async verify(ids: readonly string[], revision: number, outcome: VerifyOutcome = 'equal', tookMs = 10) {
        const startedAtMs = 2_000 + 100 * revision;
        const stage = { revision, oldest: 0 };
        const options = { ids, nowMs: () => startedAtMs, restart: true, notBeforeMs: 0, stage };
        const { head, save } = await openListRun({ ...place, ...options }, `list-${startedAtMs}`);
        await save<VerifyOutcome>(
          0,
          ids.map((subjectKey) => ({ outcome, subjectKey })),
        );
        const report = { equal: ids.length, subjects: ids.length };
        await finishListRun(place, head, { ...head, atMs: startedAtMs + tookMs, report });
      },
      find: (fedSinceRevision: number) => findVerification(operated, { fedSinceRevision }, moved),
    };
  }

  it('the verification of a step for all people leaves out people of an earlier, longer list, which counts no more', async () => {
    const { verify, find } = await setUp();
    await verify([ANNA, BORIS], 4);
    await verify([ANNA], 5);
    expect((await find(5))?.notVerified).toBe(1);
    await verify([BORIS, ANNA], 6);
    expect((await find(5))?.notVerified).toBe(0);
  });

  it('the verification of a step for all people goes by the newest look at a person, also of a shorter list', async () => {
    const { verify, find } = await setUp();
    await verify([ANNA, BORIS], 4);
    await verify([BORIS], 5, 'different');
    expect(await find(4)).toMatchObject({
      people: 2,
      notVerified: 0,
      equal: 1,
      differences: { different: 1 },
    });
    await verify([BORIS], 6);
    expect(await find(4)).toMatchObject({ people: 2, notVerified: 0, equal: 2, differences: {} });
  });

  it('a difference that was found while a longer verification went on shuts the gate until both sides are verified again', async () => {
    const { verify, find } = await setUp();
    await verify([ANNA, BORIS], 4, 'equal', 300);
    await verify([BORIS], 5, 'different');
    expect(await find(4)).toMatchObject({ people: 2, notVerified: 0, differences: { different: 1 } });
    await verify([BORIS], 8);
    expect(await find(4)).toMatchObject({ people: 2, notVerified: 0, equal: 2, differences: {} });
  });

  it('a verification is void where the stage has moved on since it began, even if its clock says otherwise', async () => {
    const { verify, find } = await setUp();
    await verify([ANNA, BORIS], 4);
    expect((await find(4))?.isOfThisSpan).toBe(true);
    expect((await find(5))?.isOfThisSpan).toBe(false);
  });
});

describe('the sample of a step for a list of people', () => {
  it('the sample of a step for a list of people holds the comparisons of these people alone', async () => {
    const { records } = createMemoryStore();
    const operated = { at: { name: NAME }, core: { records } } as unknown as OperatedBackend;
    const clock = { nowMs: () => 1_000 };
    const book = createParityBook({ records, name: NAME, gatewayId: 'one', clock, maxDifferences: 0 });
    book.compared('read', 'identical', { meaning: 'same' }, ANNA);
    book.compared('read', 'missing', { meaning: 'missing' }, ANNA);
    book.compared('read', 'identical', { meaning: 'same' }, BORIS);
    await book.flush();
    const from: Rollout = { stage: 'dual-write', ramp: EVERYBODY };
    const sampleOf = async (ramp: Rollout['ramp']) =>
      findParity(operated, await findMoved(operated, from, { stage: 'switched', ramp }));
    expect(await sampleOf(EVERYBODY)).toMatchObject({ compared: 3, different: 1 });
    expect(await sampleOf(await storeCohort(records, 'anna', [ANNA]))).toMatchObject({
      compared: 2,
      different: 1,
    });
    expect(await sampleOf(await storeCohort(records, 'boris', [BORIS]))).toMatchObject({
      compared: 1,
      different: 0,
    });
  });
});
