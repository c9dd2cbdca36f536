import { describe, expect, it } from '@jest/globals';
import { recordKey } from '../../../src/core/storage-keys.ts';
import { subjectKey } from '../../../src/core/subject-key.ts';
import { emptyRecord } from '../../../src/core/subject-records.ts';
import type { RecordStore } from '../../../src/domain/index.ts';
import { finishListRun, openListRun, type RunKind } from '../../../src/migration/lists/run-records.ts';
import {
  copiedGuard,
  findNeverCopied,
  findNotVerified,
} from '../../../src/migration/operate/copied-people.ts';
import { findMoved, findVerification } from '../../../src/migration/operate/evidence.ts';
import type { Guard } from '../../../src/migration/operate/guard.ts';
import type { OperatedBackend } from '../../../src/migration/operate/operated-backend.ts';
import { switchGuards } from '../../../src/migration/operate/switch-guards.ts';
import { EVERYBODY, type Rollout } from '../../../src/migration/stages/rollout.ts';
import type { StageRecord } from '../../../src/migration/stages/stage-record.ts';
import { openPeople } from '../../../src/people/open-people.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { backendSettings } from '../support/start-shim.ts';

const NAME = { tenant: 'demo', dialect: 'magicline-v1' };
const PEOPLE = ['anna', 'boris', 'clara', 'dan'] as const;
type Person = (typeof PEOPLE)[number];
type Place = 'settings' | 'records' | 'a user service' | 'ids as they come';

const keyOf = (person: Person) => subjectKey(NAME.tenant, person);

/** Four people; one more has no id in the clients' dialect. */
async function openDirectory(place: Place, records: RecordStore) {
  const people = [...PEOPLE, 'elsewhere'].map((id) => ({
    id,
    aliases: id === 'elsewhere' ? { native: id } : { [NAME.dialect]: id },
    identifiers: {},
    profile: {},
  }));
  const tenant = { id: NAME.tenant, strictSubjects: place !== 'ids as they come' };
  const service = { kind: 'http', url: 'http://127.0.0.1:9', timeoutSeconds: 1 } as const;
  const times = { keepSeconds: 1, keepMissesSeconds: 1, staleSeconds: 0 };
  const { directory, registry } = openPeople({
    settings: {
      tenants: [{ ...tenant, subjects: place === 'settings' ? people : [] }],
      dialects: { 'magicline-v1': {}, native: {} },
      people: {
        directories: [
          { kind: 'settings' },
          { kind: 'records' },
          ...(place === 'a user service' ? [{ ...service, ...times }] : []),
        ],
      },
    } as unknown as Parameters<typeof openPeople>[0]['settings'],
    records,
    subjectKey,
    recordKey,
    warn: () => {},
  });
  if (place === 'records') await registry?.putMany(NAME.tenant, people, 'put');
  return directory;
}

/** A migration whose gate can be asked, and runs over lists that left these outcomes. */
async function setUp(place: Place, minVerifiedPercent = 100) {
  const { records } = createMemoryStore();
  const settings = backendSettings('magicline-v1', 'http://127.0.0.1:9');
  const gate = { ...settings.gate, minVerifiedPercent };
  const operated = {
    at: { name: NAME, settings: { ...settings, gate } },
    core: { records, directory: await openDirectory(place, records), clock: { nowMs: () => 1_000 } },
  } as unknown as OperatedBackend;
  let runs = 0;

  const guards = async (): Promise<Guard[]> => {
    const from: Rollout = { stage: 'dual-write', ramp: EVERYBODY };
    const moved = await findMoved(operated, from, { stage: 'switched', ramp: EVERYBODY });
    const verification = await findVerification(operated, { fedSinceRevision: 3 }, moved);
    const parity = { compared: 0, different: 0, upperBound95: 0 };
    return switchGuards(gate, {
      nowMs: 1_000,
      fedSinceMs: 0,
      parity,
      ...(verification ? { verification } : {}),
    });
  };

  return {
    /** A run over a list that begins with a revision of the stage; an empty person is somebody unknown. */
    async run(
      kind: RunKind,
      outcomes: Readonly<Partial<Record<Person | '', string>>>,
      revision = 3,
      startedAtMs?: number,
    ) {
      runs += 1;
      const place = { records, kind, name: NAME } as const;
      const listed = Object.entries(outcomes) as [Person | '', string][];
      const stage = { revision, oldest: 0 };
      const options = {
        ids: Object.keys(outcomes),
        nowMs: () => startedAtMs ?? runs,
        restart: true,
        notBeforeMs: 0,
        stage,
      };
      const { head, save } = await openListRun({ ...place, ...options }, `list-${runs}`);
      await save(
        0,
        listed.map(([person, outcome]) => ({
          outcome,
          ...(person === '' ? {} : { subjectKey: keyOf(person) }),
        })),
      );
      const report = {
        startedAtMs: startedAtMs ?? runs,
        atMs: runs,
        listed: listed.length,
        unknown: listed.filter(([person]) => person === '').length,
        subjects: listed.filter(([person]) => person !== '').length,
        empty: 0,
        equal: listed.length,
        differences: {},
        subjectsSha256: '',
        repaired: 0,
      };
      await finishListRun(place, head, { ...head, atMs: runs, report });
    },
    /** A record with a slot that was emptied at a moment. */
    async write(person: Person, deletedAtMs = 900) {
      const tombstone = { slot: 0, version: 1, generation: 1, handle: 'gone', deletedAtMs };
      const record = {
        ...emptyRecord({ tenant: NAME.tenant, id: person }),
        generation: 1,
        slots: { 0: { kind: 'tombstone', tombstone } as const },
      };
      await records.swap(recordKey(keyOf(person)), undefined, record);
    },
    guards,
    async coverage() {
      return (await guards()).find(({ name }) => name === 'the people of the step were verified');
    },
    copied: async () => copiedGuard(await findNeverCopied(operated, { fedSinceRevision: 3 })),
    async notVerified(history: StageRecord['history']) {
      const record = { fedSinceRevision: 3, fedSinceMs: 500, history } as unknown as StageRecord;
      return new Set((await findNotVerified(operated, record)).values());
    },
    neverCopied: async () => [...(await findNeverCopied(operated, { fedSinceRevision: 3 })).people],
  };
}

describe.each(['settings', 'records'] as const)('a switch with people in %s', (place) => {
  it('a switch is refused while the directory has somebody whom no verification looked at', async () => {
    const { run, coverage } = await setUp(place);
    await run('verification', { anna: 'equal', boris: 'equal', clara: 'both empty' });
    expect(await coverage()).toMatchObject({
      holds: false,
      found:
        '3 verified, 1 not verified, 0 unknown, 1 empty on both sides; 3 on the list; the directory counts 4, of whom 100 % are needed',
    });
  });

  it('a switch is refused where the verification began too long ago, although it was resumed and has just ended', async () => {
    const { run, guards } = await setUp(place);
    const everybody = { anna: 'equal', boris: 'equal', clara: 'equal', dan: 'equal' } as const;
    await run('verification', everybody, 3, -25 * 3_600_000);
    const isFresh = async () => (await guards()).find(({ name }) => name === 'the verification is fresh');
    expect(await isFresh()).toMatchObject({ holds: false, found: '25.00 h old' });
    await run('verification', everybody);
    expect(await isFresh()).toMatchObject({ holds: true });
  });

  it('a switch takes as many people as the setting asks for', async () => {
    const { run, coverage } = await setUp(place, 75);
    await run('verification', { anna: 'equal', boris: 'equal' });
    expect(await coverage()).toMatchObject({ holds: false });
    await run('verification', { anna: 'equal', boris: 'equal', clara: 'equal' });
    expect(await coverage()).toMatchObject({ holds: true });
  });

  it('the gate puts the verifications of a list in parts together', async () => {
    const { run, guards } = await setUp(place);
    await run('verification', { anna: 'equal', boris: 'equal' });
    await run('verification', { clara: 'both empty', dan: 'equal' });
    expect((await guards()).filter(({ holds }) => !holds)).toEqual([]);
  });

  it('the gate goes by what the newest verification of a person found', async () => {
    const { run, guards } = await setUp(place);
    const failing = async () => (await guards()).filter(({ holds }) => !holds).map(({ name }) => name);
    await run('verification', { anna: 'different', boris: 'equal', clara: 'equal', dan: 'equal' });
    expect(await failing()).toEqual(['the live difference is empty']);
    await run('verification', { anna: 'repaired' });
    expect(await failing()).toEqual([]);
    await run('verification', { boris: 'different' });
    expect(await failing()).toEqual(['the live difference is empty']);
  });

  it('the gate does not count a verification from before dual-write', async () => {
    const { run, coverage } = await setUp(place);
    await run('verification', { clara: 'equal', dan: 'equal' }, 2);
    await run('verification', { anna: 'equal', boris: 'equal' });
    expect(await coverage()).toMatchObject({ holds: false });
  });

  it('a switch is refused for ids on the list that nobody has, until a newer list covers everybody', async () => {
    const everybody = { anna: 'equal', boris: 'equal', clara: 'equal', dan: 'equal' } as const;
    const { run, coverage } = await setUp(place);
    await run('verification', { ...everybody, '': 'unknown' });
    expect(await coverage()).toMatchObject({ holds: false });
    const { dan: _leftOut, ...others } = everybody;
    await run('verification', others);
    expect(await coverage()).toMatchObject({ holds: false, found: expect.stringContaining('1 unknown') });
    await run('verification', everybody);
    expect(await coverage()).toMatchObject({ holds: true });
  });

  it('the gate does not hold unknown ids of an older list against a newer one that has all of its people', async () => {
    const { run, coverage } = await setUp(place);
    await run('verification', { anna: 'equal', '': 'unknown' });
    await run('verification', { anna: 'equal', boris: 'equal', clara: 'equal' });
    expect(await coverage()).toMatchObject({ holds: false, found: expect.stringContaining('0 unknown') });
  });
});

describe.each(['settings', 'records'] as const)('completion with people in %s', (place) => {
  it('completion is refused while somebody was neither copied nor found to have no picture', async () => {
    const { run, write, copied, neverCopied } = await setUp(place);
    await write('anna');
    await run('verification', { boris: 'both empty' });
    await run('backfill', { clara: 'empty' });
    expect(await copied()).toMatchObject({
      holds: false,
      found: '1 never copied; people are counted by the directory',
    });
    expect(await neverCopied()).toEqual([[keyOf('dan'), 'dan']]);
    await write('dan');
    expect(await copied()).toMatchObject({ holds: true });
  });

  it('completion believes no run from before dual-write, and none that got no answer', async () => {
    const { run, write, neverCopied } = await setUp(place);
    for (const person of ['anna', 'boris'] as const) await write(person);
    await run('verification', { clara: 'both empty' }, 2);
    await run('verification', { dan: 'unclear' });
    expect(new Set((await neverCopied()).map(([, id]) => id))).toEqual(new Set(['clara', 'dan']));
  });

  it('completion goes by the newest look at a person', async () => {
    const { run, write, neverCopied } = await setUp(place);
    for (const person of ['anna', 'boris', 'clara'] as const) await write(person);
    await run('verification', { dan: 'both empty' });
    expect(await neverCopied()).toEqual([]);
    await run('verification', { dan: 'not copied' });
    expect(await neverCopied()).toEqual([[keyOf('dan'), 'dan']]);
    await run('verification', { dan: 'unclear' });
    expect(await neverCopied()).toEqual([[keyOf('dan'), 'dan']]);
  });
});

describe.each(['settings', 'records'] as const)('a backend given up, with people in %s', (place) => {
  const backToShadow = [
    {
      atMs: 1,
      from: { stage: 'dual-write', ramp: EVERYBODY },
      to: { stage: 'shadow', ramp: EVERYBODY },
    },
  ] as const;

  it('a way back to shadow makes every copy doubtful until a run finds it as new as the backend’s', async () => {
    const { run, write, notVerified } = await setUp(place);
    for (const person of ['anna', 'boris', 'clara'] as const) await write(person);
    await run('verification', { anna: 'equal', boris: 'equal', clara: 'equal' }, 2);
    await run('verification', { anna: 'equal', boris: 'different' });
    expect(await notVerified(backToShadow)).toEqual(new Set(['boris', 'clara']));
    await run('verification', { boris: 'repaired', clara: 'unclear' });
    expect(await notVerified(backToShadow)).toEqual(new Set(['clara']));
  });

  it('a step of a part of the people makes copies doubtful, since a verification copies the others while they are not fed', async () => {
    const { write, notVerified } = await setUp(place);
    await write('anna');
    const from: Rollout = { stage: 'shadow', ramp: EVERYBODY };
    const to: Rollout = { stage: 'dual-write', ramp: { kind: 'percent', percent: 20 } };
    expect(await notVerified([{ atMs: 1, from, to }])).toEqual(new Set(['anna']));
  });

  it('a migration that never went back to shadow has no doubtful copies, since every write came here as well', async () => {
    const { write, notVerified } = await setUp(place);
    await write('anna');
    expect(await notVerified([])).toEqual(new Set());
  });

  it('what was written here before every write came here is doubtful until a run finds it as new as the backend’s', async () => {
    const { run, write, notVerified } = await setUp(place);
    await write('anna', 400);
    await write('boris', 400);
    await run('verification', { boris: 'equal' });
    expect(await notVerified([])).toEqual(new Set(['anna']));
  });
});

describe.each(['a user service', 'ids as they come'] as const)(
  'people of %s, who cannot be listed',
  (place) => {
    it('people who cannot be listed are counted for a switch by the longest list that was verified', async () => {
      const { run, coverage } = await setUp(place);
      await run('verification', { anna: 'equal', boris: 'equal' }, 2);
      await run('verification', { anna: 'equal' });
      expect(await coverage()).toMatchObject({
        holds: false,
        found: expect.stringContaining('1 verified, 1 not verified'),
      });
      await run('verification', { boris: 'equal', anna: 'equal' });
      expect(await coverage()).toMatchObject({
        holds: true,
        found: expect.stringContaining('the directory cannot be listed'),
      });
    });

    it('people who cannot be listed are counted for completion by the longest list of any run, and are known by key alone', async () => {
      const { run, write, copied, neverCopied } = await setUp(place);
      expect(await copied()).toMatchObject({
        holds: false,
        found: 'unknown: the directory cannot be listed, and no list was ever worked off',
      });
      await run('backfill', { anna: 'copied', boris: 'failed', clara: 'empty' });
      await run('verification', { anna: 'equal' });
      await write('anna');
      expect(await copied()).toMatchObject({
        holds: false,
        found: expect.stringMatching(/^1 never copied; .* cannot be listed.* of 3$/),
      });
      expect(await neverCopied()).toEqual([[keyOf('boris'), undefined]]);
      await write('boris');
      expect(await copied()).toMatchObject({ holds: true });
    });
  },
);
