import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordKey } from '../../src/core/storage-keys.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import type { PeopleRegistry } from '../../src/domain/index.ts';
import { openPeople } from '../../src/people/open-people.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { DEMO_CLIENTS, fixture } from '../contract/demo-clients.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';
import { draft } from './registry-rig.ts';

const portrait = await fixture('portrait.jpg');

describe('a tenant whose people are made at the first upload', () => {
  const store = createMemoryStore();
  let gateway: DemoGateway;
  let registry: PeopleRegistry;

  beforeAll(async () => {
    let demo: Parameters<typeof openPeople>[0]['settings'] | undefined;
    gateway = await startDemoGateway(
      (settings) => {
        const tenants = settings.tenants.map((tenant) => ({
          ...tenant,
          strictSubjects: false,
          subjects: [],
        }));
        demo = { ...settings, tenants };
        return { ...settings, tenants };
      },
      { store },
    );
    if (!demo) throw new Error('no settings');
    const opened = openPeople({
      settings: demo,
      records: store.records,
      subjectKey,
      recordKey,
      warn: () => {},
    });
    if (!opened.registry) throw new Error('no registry');
    registry = opened.registry;
  });
  afterAll(() => gateway.stop());

  const client = (dialect: string) => {
    const found = DEMO_CLIENTS.find((one) => one.dialect === dialect);
    if (!found) throw new Error(`no client of ${dialect}`);
    return found;
  };

  it('a tenant whose people are made at the first upload has them in the directory from then on, and an import gives them a name without a second upload', async () => {
    const timbu = client('timbu');
    expect((await timbu.upload(gateway.url, portrait, 'portrait.jpg')).status).toBe(200);
    const made: string[] = [];
    for await (const { id } of registry.list('demo')) made.push(id);
    expect(made).toHaveLength(1);
    const [id = ''] = made;
    const alias = /^alias:timbu:(.+)$/.exec(id)?.[1] ?? '';
    const { person, kind } = await registry.put(
      'demo',
      draft('ada', { aliases: { timbu: alias, native: 'ada' }, profile: { firstName: 'Ada' } }),
    );
    expect(kind).toBe('changed');
    expect(person).toMatchObject({ id: 'ada', key: subjectKey('demo', id), formerly: { id: [id] } });
    await adasImage();
  });

  it('a tenant whose people are made at the first upload gives the pictures of an older release, which kept no people, to whom an import names', async () => {
    const key = subjectKey('demo', 'alias:timbu:old');
    const record = { schema: 1, tenant: 'demo', subjectId: 'alias:timbu:old', generation: 1, slots: {} };
    await store.records.swap(recordKey(key), undefined, record);
    const [result] = await registry.putMany('demo', [draft('olga', { aliases: { timbu: 'old' } })], 'patch');
    expect(result).toMatchObject({ kind: 'created', person: { id: 'olga', key } });
  });

  it('a tenant whose people are made at the first upload makes another person of an id that was taken from somebody', async () => {
    const timbu = client('timbu');
    const ada = await registry.read('demo', 'ada');
    const alias = ada?.aliases.timbu ?? '';
    const before = await adasImage();
    await registry.unlink('demo', 'ada', 'timbu', alias);
    expect(
      await registry.preview('demo', [draft('eve', { aliases: { timbu: alias } })], 'put'),
    ).toMatchObject([{ kind: 'created' }]);
    expect((await timbu.upload(gateway.url, await fixture('astronaut.jpg'), 'astronaut.jpg')).status).toBe(
      200,
    );
    expect((await adasImage()).equals(before)).toBe(true);
    const [next] = await registry.named('demo', { space: 'alias/timbu', value: alias });
    expect(next?.id).toBe(`alias-2:timbu:${alias}`);
    // The other person gets a name in the way of the first one.
    const { kind, person } = await registry.put('demo', draft('eve', { aliases: { timbu: alias } }));
    expect([kind, person.key]).toEqual(['changed', next?.key]);
    expect(person.key).not.toBe(ada?.key);
  });

  async function adasImage(): Promise<Buffer> {
    const image = await fetch(`${gateway.url}/native/v1/subjects/ada/image`, {
      headers: { authorization: 'Bearer demo-native-key' },
    });
    expect(image.status).toBe(200);
    return Buffer.from(await image.arrayBuffer());
  }
});
