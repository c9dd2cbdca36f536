import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eraseMissing } from '../../src/cli/people/erase-missing.ts';
import type { OpenedPeople } from '../../src/cli/people/people-command.ts';
import { mergePeople } from '../../src/core/merge-people.ts';
import type { PeopleRegistry } from '../../src/domain/index.ts';
import { establishPages } from '../../src/people/records/directory-pages.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { type PeopleGateway, type PeopleRig, startPeopleRig } from './people-rig.ts';
import { draft, problemOf } from './registry-rig.ts';

const DEMO = join(import.meta.dirname, '../../config/demo.yaml');

describe('people who are missing from an imported file', () => {
  let rig: PeopleRig;
  let folder: string;
  let receiptsFile: string;
  let here: PeopleGateway;
  let tests = 0;
  let tenant = '';

  beforeAll(async () => {
    rig = await startPeopleRig();
    await establishPages(rig.store.records, 256);
    here = rig.gateway();
    folder = await mkdtemp(join(tmpdir(), 'polyface-missing-'));
  });
  afterAll(async () => {
    await here.settle();
    await rig.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    tests += 1;
    tenant = `t-${tests}`;
    receiptsFile = join(folder, `${tenant}.ndjson`);
    for (const id of ['a', 'b', 'c']) await here.registry.put(tenant, draft(id));
  });

  const opened = async (registry: PeopleRegistry = here.registry): Promise<OpenedPeople> => ({
    settings: await loadSettings({ overrides: { file: DEMO, dataDir: folder } }),
    store: rig.store,
    registry,
    directory: here.directory,
    tenant,
    signal: new AbortController().signal,
  });
  const keysOf = async (...ids: readonly string[]) => {
    const people = await Promise.all(ids.map((id) => here.registry.read(tenant, id)));
    return new Set(people.flatMap((person) => person?.key ?? []));
  };
  /** A registry in which something happens after everybody was listed and before the first person is erased. */
  const afterList = (happen: () => Promise<unknown>): PeopleRegistry => ({
    ...here.registry,
    async *list(...asked) {
      yield* here.registry.list(...asked);
      await happen();
    },
  });
  const options = () => ({ rejected: 0, receiptsFile, yes: true });

  it('people who are missing from an imported file are erased, with a receipt each', async () => {
    expect(await eraseMissing(await opened(), await keysOf('b'), options())).toBe(2);
    expect((await readFile(receiptsFile, 'utf8')).trim().split('\n')).toHaveLength(2);
    expect(await problemOf(here.registry.read(tenant, 'a'))).toBe('person-erased');
    expect(await here.registry.read(tenant, 'b')).toMatchObject({ id: 'b' });
  });

  it('no person counts as missing where the file names nobody, and nothing is erased', async () => {
    await expect(eraseMissing(await opened(), new Set(), options())).rejects.toThrow(/names nobody/);
    expect((await keysOf('a', 'b', 'c')).size).toBe(3);
  });

  it('people who are missing from an imported file are left alone once they were merged into a person whom the file names', async () => {
    const registry = afterList(() => mergePeople(here, tenant, 'a', 'b'));
    expect(await eraseMissing(await opened(registry), await keysOf('b'), options())).toBe(1);
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ id: 'b' });
    expect(await problemOf(here.registry.read(tenant, 'c'))).toBe('person-erased');
  });

  it('people who are missing from an imported file end no run where another caller erased one of them meanwhile', async () => {
    const [key = ''] = await keysOf('a');
    const registry = afterList(() => here.registry.erase(tenant, key, rig.clock.nowMs()));
    expect(await eraseMissing(await opened(registry), await keysOf('b'), options())).toBe(1);
    expect(await problemOf(here.registry.read(tenant, 'c'))).toBe('person-erased');
  });

  it('people who are missing from an imported file are left alone where another caller changes them at this moment, and the others are erased', async () => {
    const registry: PeopleRegistry = {
      ...here.registry,
      async readKey(...asked) {
        const person = await here.registry.readKey(...asked);
        if (person?.id === 'a' && person.version === 1)
          await here.registry.patch(tenant, 'a', { profile: { firstName: 'A' } });
        return person;
      },
    };
    expect(await eraseMissing(await opened(registry), await keysOf('b'), options())).toBe(1);
    expect(await here.registry.read(tenant, 'a')).toMatchObject({ profile: { firstName: 'A' } });
  });
});
