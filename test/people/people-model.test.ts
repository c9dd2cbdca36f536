import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { erasePerson } from '../../src/core/erase-person.ts';
import { finishIntents } from '../../src/core/finish-intents.ts';
import { mergePeople } from '../../src/core/merge-people.ts';
import { ProblemError } from '../../src/domain/index.ts';
import { checkPeople } from '../../src/maintenance/check-people.ts';
import { establishPages } from '../../src/people/records/directory-pages.ts';
import { type PeopleGateway, type PeopleRig, pictureOf, startPeopleRig } from './people-rig.ts';
import { diesAfter, draft } from './registry-rig.ts';

/*
 * People and pictures under random interleavings: in each of a few rounds, several operations run at once through two gateways, one of which
 * may die in the middle. Afterwards a reconciler finishes what was left, and the promises are held against what was acknowledged.
 */

const RUNS = Number(process.env.POLYFACE_MODEL_RUNS ?? 100);
const ROUNDS = 3;
const AT_ONCE = 4;
const PEOPLE = ['a', 'b', 'c'] as const;
const ERASE = {
  graceSeconds: 0,
  signingKey: { id: 'k', secret: 'k'.repeat(32) },
  othersSeeItAfterMs: 0,
};

type PersonId = (typeof PEOPLE)[number];

interface Put {
  readonly by: PersonId;
  readonly sha256: string;
  readonly round: number;
  readonly acknowledged: boolean;
}

interface History {
  readonly puts: Put[];
  readonly deletes: { readonly by: PersonId; readonly round: number; readonly done: boolean }[];
  readonly erased: Set<PersonId>;
  readonly mayBeErased: Set<PersonId>;
  readonly merged: (readonly [PersonId, PersonId])[];
}

let rig: PeopleRig;
let pictures: readonly { readonly bytes: Buffer; readonly sha256: string }[];

beforeAll(async () => {
  rig = await startPeopleRig();
  await establishPages(rig.store.records, 1_024);
  pictures = await Promise.all(
    Array.from({ length: ROUNDS * AT_ONCE }, async (_, number) => {
      const bytes = await pictureOf(number * 4_099);
      return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
});
afterAll(() => rig.stop());

it(`the registry loses nothing, resurrects nothing and mixes no people up in ${RUNS} random interleavings`, async () => {
  for (let seed = 1; seed <= RUNS; seed += 1) await playRun(seed);
}, 600_000);

async function playRun(seed: number): Promise<void> {
  const random = randomOf(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const tenant = `run-${seed}`;
  const gateways = [rig.gateway(), rig.gateway()];
  const [first] = gateways as [PeopleGateway, PeopleGateway];
  for (const id of PEOPLE) await first.registry.put(tenant, draft(id, { aliases: { one: `${id}1` } }));
  const history: History = {
    puts: [],
    deletes: [],
    erased: new Set(),
    mayBeErased: new Set(),
    merged: [],
  };
  const all = [...gateways];
  for (let round = 0; round < ROUNDS; round += 1) {
    rig.clock.set(rig.clock.nowMs() + 1_000);
    const operations = Array.from({ length: AT_ONCE }, (_, at) => {
      const dies = random() < 0.2;
      const gateway = dies
        ? rig.gateway(diesAfter(rig.store.records, Math.floor(random() * 12)))
        : pick(gateways);
      if (dies) all.push(gateway);
      return operate(gateway, tenant, history, round, { number: round * AT_ONCE + at, pick, random });
    });
    await Promise.all(operations);
  }
  await Promise.all(all.map((gateway) => gateway.settle()));
  rig.clock.set(rig.clock.nowMs() + 7_200_000);
  const after = rig.gateway();
  await finishIntents(after);
  rig.clock.set(rig.clock.nowMs() + 7_200_000);
  await finishIntents(after);
  await after.settle();
  await judge(seed, tenant, after, history);
}

async function operate(
  gateway: PeopleGateway,
  tenant: string,
  history: History,
  round: number,
  {
    number,
    pick,
    random,
  }: {
    readonly number: number;
    readonly pick: <T>(items: readonly T[]) => T;
    readonly random: () => number;
  },
): Promise<void> {
  const id = pick(PEOPLE);
  const other = pick(PEOPLE.filter((one) => one !== id));
  const kind = pick(['put', 'put', 'put', 'delete', 'get', 'link', 'rename', 'merge', 'erase', 'import']);
  const suffix = Math.floor(random() * 1_000);
  switch (kind) {
    case 'put': {
      const picture = pictures[number];
      if (!picture) throw new Error('no picture');
      const acknowledged = await succeeds(gateway.put(tenant, `${id}1`, picture.bytes));
      history.puts.push({ by: id, sha256: picture.sha256, round, acknowledged });
      return;
    }
    case 'delete':
      history.deletes.push({ by: id, round, done: await succeeds(gateway.remove(tenant, `${id}1`)) });
      return;
    case 'get':
      await succeeds(gateway.get(tenant, `${id}1`));
      return;
    case 'link':
      await succeeds(gateway.registry.link(tenant, id, 'two', `${id}2`));
      return;
    case 'rename':
      await succeeds(gateway.registry.rename(tenant, id, `${id}-${suffix}`));
      return;
    case 'merge':
      if (await succeeds(mergePeople(gateway, tenant, id, other))) history.merged.push([id, other]);
      return;
    case 'erase':
      history.mayBeErased.add(id);
      if (await succeeds(erasePerson(gateway, tenant, id, ERASE))) history.erased.add(id);
      return;
    default:
      await succeeds(
        gateway.registry.putMany(
          tenant,
          PEOPLE.map((one) => draft(one, { profile: { firstName: `n${suffix}` } })),
          'patch',
        ),
      );
  }
}

/** Whether it did. What is refused, and what a death interrupts, is part of the game; anything else is not. */
async function succeeds(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (cause) {
    if (cause instanceof ProblemError || (cause instanceof Error && cause.message === 'the process died'))
      return false;
    throw cause;
  }
}

async function judge(seed: number, tenant: string, gateway: PeopleGateway, history: History): Promise<void> {
  const at = (what: string) => `run ${seed}: ${what}`;
  const subjects = new Map<PersonId, string | undefined>();
  for (const id of PEOPLE) subjects.set(id, (await gateway.directory.byAlias(tenant, 'one', `${id}1`))?.key);
  for (const [one, other] of history.merged) {
    expect({ [at(`${one} merged into ${other}`)]: subjects.get(one) === subjects.get(other) }).toEqual({
      [at(`${one} merged into ${other}`)]: true,
    });
  }
  for (const id of history.erased)
    expect({ [at(`${id} erased`)]: subjects.get(id) }).toEqual({ [at(`${id} erased`)]: undefined });
  for (const id of PEOPLE) {
    const key = subjects.get(id);
    if (key === undefined) {
      // A person disappears only by an erasure, of them or of a person with whom they were merged.
      expect({ [at(`${id} is gone`)]: history.mayBeErased.size > 0 }).toEqual({
        [at(`${id} is gone`)]: true,
      });
      continue;
    }
    const group = PEOPLE.filter((one) => subjects.get(one) === key);
    const found = await gateway.get(tenant, `${id}1`);
    const puts = history.puts.filter(({ by }) => group.includes(by));
    const shown = puts.find(({ sha256 }) => sha256 === found?.sha256);
    if (found)
      expect({ [at(`${id} has their own picture`)]: shown !== undefined }).toEqual({
        [at(`${id} has their own picture`)]: true,
      });
    const newest = Math.max(-1, ...puts.filter(({ acknowledged }) => acknowledged).map(({ round }) => round));
    const deleted = Math.max(
      -1,
      ...history.deletes.filter(({ by }) => group.includes(by)).map(({ round }) => round),
    );
    // What is acknowledged after every delete stands, or something newer does.
    if (newest > deleted)
      expect({ [at(`${id} keeps round ${newest}`)]: (shown?.round ?? -1) >= newest }).toEqual({
        [at(`${id} keeps round ${newest}`)]: true,
      });
    // A delete that was acknowledged after every put of the group stands.
    const lastPut = Math.max(-1, ...puts.map(({ round }) => round));
    const acknowledged = Math.max(
      -1,
      ...history.deletes.filter(({ by, done }) => by === id && done).map(({ round }) => round),
    );
    if (acknowledged > lastPut && group.length === 1)
      expect({ [at(`${id} stays without a picture`)]: found }).toEqual({
        [at(`${id} stays without a picture`)]: undefined,
      });
  }
  const { lost, orphans } = await checkPeople(gateway, tenant);
  expect({ [at('names')]: lost, orphans }).toEqual({ [at('names')]: [], orphans: [] });
}

/** A generator of numbers in [0, 1) that gives the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
