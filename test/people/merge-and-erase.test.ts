import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { erasePerson, isSignedBy } from '../../src/core/erase-person.ts';
import { finishIntents } from '../../src/core/finish-intents.ts';
import { mergePeople, previewMerge } from '../../src/core/merge-people.ts';
import { listIntents } from '../../src/core/person-intents.ts';
import { checkPeople } from '../../src/maintenance/check-people.ts';
import { establishPages } from '../../src/people/records/directory-pages.ts';
import { everythingIn, type PeopleGateway, type PeopleRig, pictureOf, startPeopleRig } from './people-rig.ts';
import { diesAfter, draft, onceBefore, problemOf } from './registry-rig.ts';

const SECRET = 'a secret that is long enough to sign with';
const ERASE = { graceSeconds: 60, signingKey: { id: 'k', secret: SECRET } };

let rig: PeopleRig;
let here: PeopleGateway;
let there: PeopleGateway;
let tenant = '';
let tests = 0;
const red = await pictureOf(255);
const blue = await pictureOf(255 << 16);

beforeAll(async () => {
  rig = await startPeopleRig();
  await establishPages(rig.store.records, 256);
  here = rig.gateway();
  there = rig.gateway();
});
afterAll(async () => {
  await here.settle();
  await there.settle();
  await rig.stop();
});
beforeEach(async () => {
  tests += 1;
  tenant = `t-${tests}`;
  const a = { aliases: { one: 'al-a1', two: 'al-a2' }, profile: { firstName: 'A', email: 'a@example.com' } };
  await here.registry.put(tenant, draft('a', a));
  await here.registry.put(
    tenant,
    draft('b', { aliases: { one: 'al-b1' }, profile: { email: 'b@example.com' } }),
  );
});

/** Those of the test's own tenant: others wait for their second sweep. */
async function ownIntents() {
  return (await listIntents(rig.store.records)).filter(({ intent }) => intent.tenant === tenant);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('two people who are one', () => {
  it('two merged people have every name and the newer picture in common, and the addresses of both', async () => {
    await here.put(tenant, 'al-a1', red);
    const address = await here.get(tenant, 'al-a1');
    expect(await previewMerge(here, tenant, 'a', 'b')).toMatchObject({ adoptedSlots: [0], droppedSlots: [] });
    await mergePeople(here, tenant, 'a', 'b');
    for (const gateway of [here, there]) {
      expect((await gateway.get(tenant, 'al-b1'))?.sha256).toBe(sha256(red));
      expect((await gateway.get(tenant, 'al-a1'))?.sha256).toBe(sha256(red));
      expect(await gateway.directory.byIdentifier(tenant, 'email', 'a@example.com')).toMatchObject({
        id: 'b',
      });
      expect(await gateway.directory.byAlias(tenant, 'two', 'al-a2')).toMatchObject({ id: 'b' });
    }
    expect(
      await here.executor.execute({ kind: 'open-download', ticket: address?.ticket ?? '' }, {
        dialect: 'one',
      } as never),
    ).toMatchObject({ picture: { sha256: sha256(red) } });
    expect(await here.registry.read(tenant, 'a')).toMatchObject({
      id: 'b',
      profile: { firstName: 'A', email: 'b@example.com' },
      aliases: { one: 'al-b1', two: 'al-a2' },
      formerly: { id: ['a'], one: ['al-a1'] },
    });
    await here.put(tenant, 'al-a1', blue);
    expect((await there.get(tenant, 'al-b1'))?.sha256).toBe(sha256(blue));
    expect(await checkPeople({ ...here }, tenant)).toEqual({ people: 1, lost: [], shared: [], orphans: [] });
  });

  it('two merged people keep the newer picture of the survivor, and a deletion that is newer', async () => {
    rig.clock.set(rig.clock.nowMs() + 1_000);
    await here.put(tenant, 'al-a1', red);
    rig.clock.set(rig.clock.nowMs() + 1_000);
    await here.put(tenant, 'al-b1', blue);
    await here.remove(tenant, 'al-b1');
    await mergePeople(here, tenant, 'a', 'b');
    expect(await here.get(tenant, 'al-a1')).toBeUndefined();
  });

  it('a merge is refused where the two are one already, and where one of them is not there', async () => {
    expect(await problemOf(mergePeople(here, tenant, 'a', 'nobody'))).toBe('subject-not-found');
    await mergePeople(here, tenant, 'a', 'b');
    expect(await problemOf(mergePeople(here, tenant, 'a', 'b'))).toBe('invalid-person');
  });

  it('two people are never merged crosswise', async () => {
    const results = await Promise.all([
      problemOf(mergePeople(here, tenant, 'a', 'b')),
      problemOf(mergePeople(there, tenant, 'b', 'a')),
    ]);
    expect(results).toContain('conflict');
    await finishIntents(here);
    expect(await here.directory.byAlias(tenant, 'one', 'al-a1')).toBeDefined();
    expect(await here.directory.byAlias(tenant, 'one', 'al-b1')).toBeDefined();
  });

  it('two people are merged by one of 20 racers who decided on the same version', async () => {
    const seen = { source: { kind: 'versions', versions: [1] } } as const;
    await here.registry.put(tenant, draft('c'));
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, racer) =>
        problemOf(mergePeople(racer % 2 ? here : there, tenant, 'a', racer % 4 < 2 ? 'b' : 'c', seen)),
      ),
    );
    expect(results.toSorted()).toEqual(
      ['none', ...Array.from({ length: 19 }, () => 'precondition-failed')].sort(),
    );
    expect(await ownIntents()).toEqual([]);
    const survivor = results.indexOf('none') % 4 < 2 ? 'b' : 'c';
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ id: survivor });
  });

  it('two people stay two where either was changed after the merge was decided', async () => {
    const seen = { kind: 'versions', versions: [1] } as const;
    await there.registry.link(tenant, 'b', 'two', 'al-b2');
    const late = mergePeople(here, tenant, 'a', 'b', { source: seen, survivor: seen });
    expect(await problemOf(late)).toBe('precondition-failed');
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ id: 'a', version: 1 });
    // The last moment: the survivor is linked after both were looked at, before the merge's own write.
    const meanwhile = rig.gateway(
      onceBefore(rig.store.records, 'people/', async () => {
        await there.registry.link(tenant, 'b', 'two', 'al-b3');
      }),
    );
    const { version } = (await here.registry.read(tenant, 'b')) ?? { version: 0 };
    const survivor = { kind: 'versions', versions: [version] } as const;
    const later = mergePeople(meanwhile, tenant, 'a', 'b', { source: seen, survivor });
    expect(await problemOf(later)).toBe('precondition-failed');
    expect(await ownIntents()).toEqual([]);
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ id: 'a' });
  });

  it('a merge loses no upload that is under way on either side', async () => {
    await here.put(tenant, 'al-a1', red);
    const [, ...uploads] = await Promise.allSettled([
      mergePeople(here, tenant, 'a', 'b'),
      there.put(tenant, 'al-a1', blue),
    ]);
    expect(uploads.map(({ status }) => status)).toEqual(['fulfilled']);
    expect((await here.get(tenant, 'al-b1'))?.sha256).toBe(sha256(blue));
  });

  it('two people are not said to be merged where one of them was erased between the look and the decision', async () => {
    const meanwhile = rig.gateway(
      onceBefore(rig.store.records, 'people/intents/', async () => {
        const { key } = (await there.registry.read(tenant, 'b')) ?? { key: '' };
        await there.registry.erase(tenant, key, rig.clock.nowMs());
      }),
    );
    expect(await problemOf(mergePeople(meanwhile, tenant, 'a', 'b'))).toBe('conflict');
    expect(await ownIntents()).toEqual([]);
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ id: 'a', version: 1 });
  });

  it('two people are one in the end after a crash at any point', async () => {
    for (let steps = 0; ; steps += 1) {
      const own = `${tenant}-${steps}`;
      await here.registry.put(own, draft('a', { aliases: { one: 'al-a1' } }));
      await here.registry.put(own, draft('b', { aliases: { one: 'al-b1' } }));
      await here.put(own, 'al-a1', red);
      const dying = rig.gateway(diesAfter(rig.store.records, steps));
      const died = (await Promise.allSettled([mergePeople(dying, own, 'a', 'b')]))[0].status === 'rejected';
      expect((await there.get(own, 'al-a1'))?.sha256).toBe(sha256(red));
      await dying.settle();
      rig.clock.set(rig.clock.nowMs() + 120_000);
      await finishIntents(there);
      expect(await listIntents(there.records)).toEqual([]);
      const merged = (await there.directory.byAlias(own, 'one', 'al-a1'))?.id === 'b';
      expect((await there.get(own, 'al-a1'))?.sha256).toBe(sha256(red));
      if (merged) expect((await there.get(own, 'al-b1'))?.sha256).toBe(sha256(red));
      if (!died) break;
    }
  });
});

describe('a person who is erased', () => {
  it('a person who is erased is unknown at once, leaves no body and nothing of theirs in any record, and a signed receipt', async () => {
    await here.put(tenant, 'al-b1', blue);
    await here.put(tenant, 'al-a1', red);
    await mergePeople(here, tenant, 'b', 'a');
    const { key } = (await here.registry.read(tenant, 'a')) ?? { key: '' };
    const signed = await erasePerson(here, tenant, 'a', ERASE);
    expect(isSignedBy(signed, SECRET)).toBe(true);
    const forged = { ...signed, receipt: { ...signed.receipt, tenant: 'other' } };
    expect(isSignedBy(forged, SECRET)).toBe(false);
    expect(signed.receipt.removed).toMatchObject({ directoryEntries: 2, records: 2, pictures: 1 });
    for (const gateway of [here, there]) {
      expect(await problemOf(gateway.get(tenant, 'al-a1'))).toBe('subject-not-found');
      expect(await problemOf(gateway.put(tenant, 'al-b1', red))).toBe('subject-not-found');
      expect(await gateway.directory.byKey(tenant, key)).toBeUndefined();
      expect(await problemOf(gateway.registry.read(tenant, 'a'))).toBe('person-erased');
    }
    expect(await problemOf(here.registry.put(tenant, draft('a')))).toBe('person-erased');
    expect(await problemOf(here.registry.put(tenant, draft('new', { aliases: { one: 'al-b1' } })))).toBe(
      'name-taken',
    );
    await here.settle();
    const kept = await everythingIn(rig, tenant, key);
    for (const trace of ['al-a1', 'al-a2', 'al-b1', 'example.com', '"id":"a"', sha256(red), sha256(blue)])
      expect({ trace, kept: kept.includes(trace) }).toEqual({ trace, kept: false });
  });

  it('an erasure spares the person without a write where the condition does not hold, so that others have nothing to finish', async () => {
    const unable = rig.gateway(diesAfter(rig.store.records, 0));
    const stale = { kind: 'versions', versions: [7] } as const;
    expect(await problemOf(erasePerson(unable, tenant, 'a', ERASE, stale))).toBe('precondition-failed');
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ id: 'a' });
  });

  it('an erasure spares the person where the condition holds no more once the erasure is decided', async () => {
    const meanwhile = rig.gateway(
      onceBefore(rig.store.records, 'people/intents/', async () => {
        await there.registry.patch(tenant, 'a', { profile: { firstName: 'Ada' } });
      }),
    );
    const seen = { kind: 'versions', versions: [1] } as const;
    expect(await problemOf(erasePerson(meanwhile, tenant, 'a', ERASE, seen))).toBe('precondition-failed');
    expect(await ownIntents()).toEqual([]);
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ profile: { firstName: 'Ada' } });
  });

  it('a process that finishes the erasure of a dead one does not erase the person where the condition holds no more', async () => {
    const seen = { kind: 'versions', versions: [1] } as const;
    // Announced and decided; dead before the first step.
    const dying = rig.gateway(diesAfter(rig.store.records, 2));
    await expect(erasePerson(dying, tenant, 'a', ERASE, seen)).rejects.toThrow('the process died');
    expect(await ownIntents()).toMatchObject([{ intent: { state: 'decided', onlyIf: seen } }]);
    await here.registry.patch(tenant, 'a', { profile: { firstName: 'Ada' } });
    await finishIntents(there);
    expect(await ownIntents()).toEqual([]);
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ profile: { firstName: 'Ada' } });
  });

  it('a process that finishes the erasure of a dead one erases the person where the condition holds', async () => {
    const seen = { kind: 'versions', versions: [1] } as const;
    const dying = rig.gateway(diesAfter(rig.store.records, 2));
    await expect(erasePerson(dying, tenant, 'a', ERASE, seen)).rejects.toThrow('the process died');
    await finishIntents(there);
    expect(await problemOf(here.registry.read(tenant, 'a'))).toBe('person-erased');
  });

  it('an erasure gives no receipt where the person was merged between the look and the decision: the survivor keeps everything', async () => {
    await here.put(tenant, 'al-a1', red);
    const mergeFirst = () =>
      onceBefore(rig.store.records, 'people/intents/', async () => {
        await mergePeople(there, tenant, 'a', 'b');
      });
    expect(await problemOf(erasePerson(rig.gateway(mergeFirst()), tenant, 'a', ERASE))).toBe('conflict');
    expect(await ownIntents()).toEqual([]);
    expect((await here.get(tenant, 'al-b1'))?.sha256).toBe(sha256(red));
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ id: 'b' });
  });

  it('a person who is erased is gone in the end after a crash at any point, with what an upload left afterwards', async () => {
    for (let steps = 0; ; steps += 1) {
      const own = `${tenant}-${steps}`;
      const { person } = await here.registry.put(own, draft('a', { aliases: { one: 'al-a1' } }));
      await here.put(own, 'al-a1', red);
      const dying = rig.gateway(diesAfter(rig.store.records, steps));
      const died = (await Promise.allSettled([erasePerson(dying, own, 'a', ERASE)]))[0].status === 'rejected';
      await rig.store.objects.put(`bodies/${person.key}/late/original.0`, { kind: 'memory', bytes: red });
      await dying.settle();
      rig.clock.set(rig.clock.nowMs() + 120_000);
      await finishIntents(there);
      const gone = await problemOf(there.get(own, 'al-a1'));
      rig.clock.set(rig.clock.nowMs() + 7_200_000);
      await finishIntents(there);
      expect(await listIntents(there.records)).toEqual([]);
      if (gone === 'subject-not-found') {
        const left: string[] = [];
        for await (const body of rig.store.objects.list(`bodies/${person.key}/`)) left.push(body.key);
        expect(left).toEqual([]);
      } else expect((await there.get(own, 'al-a1'))?.sha256).toBe(sha256(red));
      if (!died) break;
    }
  }, 60_000);
});
