import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordKey } from '../../src/core/storage-keys.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import { createHttpPeople } from '../../src/people/http-people.ts';
import { subjectIdIn } from '../../src/people/people-in-order.ts';
import { createSettingsPeople } from '../../src/people/settings-people.ts';
import { createFilesystemStore } from '../../src/store/filesystem/filesystem-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { describeDirectory } from './describe-directory.ts';
import { openRegistry } from './registry-rig.ts';

describeDirectory('the settings', async (people) => {
  const tenants = [...new Set(people.map(([tenant]) => tenant))].map((id) => ({
    id,
    subjects: people.flatMap(([tenant, person]) => (tenant === id ? [person] : [])),
  }));
  return {
    source: createSettingsPeople({ tenants, subjectKey }),
    records: createMemoryStore().records,
    close: async () => {},
  };
});

describeDirectory('records whose folder goes away', async (people) => {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-directory-'));
  const data = join(folder, 'data');
  const store = createFilesystemStore({ folder: data });
  await store.start({ create: true });
  const { registry, people: source } = openRegistry(store.records);
  for (const [tenant, person] of people) await registry.put(tenant, person);
  return {
    source,
    records: store.records,
    breakDown: () => rename(data, join(folder, 'elsewhere')),
    async close() {
      await rename(join(folder, 'elsewhere'), data);
      await store.stop();
      await rm(folder, { recursive: true });
    },
  };
});

describeDirectory('a user service in a process of its own', async (people) => {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-user-service-'));
  const file = join(folder, 'people.json');
  await writeFile(file, JSON.stringify(people));
  const service = spawn(process.execPath, [join(import.meta.dirname, 'user-service.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(service.stdout, 'data')) as [Buffer];
  const { records } = createMemoryStore();
  const end = async () => {
    if (service.exitCode !== null || service.signalCode !== null) return;
    const ended = once(service, 'exit');
    service.kill();
    await ended;
  };
  return {
    source: createHttpPeople({
      settings: {
        kind: 'http',
        url: line.toString().trim(),
        timeoutSeconds: 20,
        keepSeconds: 300,
        keepMissesSeconds: 30,
        staleSeconds: 86_400,
      },
      dialects: new Set(['one', 'two']),
      subjectKey,
      subjectIdOf: (tenant, key) => subjectIdIn(records, recordKey(key), tenant),
      clock: { nowMs: () => Date.now() },
    }),
    records,
    breakDown: end,
    async close() {
      await end();
      await rm(folder, { recursive: true });
    },
  };
});
