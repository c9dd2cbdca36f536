import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'smartsheet';
import type { WireProfile } from '../../../src/domain/index.ts';
import { type RunningPolyface, startPolyface } from '../../../src/main.ts';
import { loadSettings } from '../../../src/settings/load-settings.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { aJpeg, aPng } from '../../support/pictures.ts';

const demoFile = join(import.meta.dirname, '../../../config/demo.yaml');

/** The largest of the demo's user ids that a JavaScript number holds, and so the only one that this SDK can name. */
const JANE = 48_569_348_493_401_200;

describe.each<WireProfile>(['documented', 'observed'])('the official JavaScript SDK, %s', (profile) => {
  let folder: string;
  let gateway: RunningPolyface;
  const client = (accessToken = 'demo-smartsheet-jane') =>
    createClient({ accessToken, baseUrl: `${gateway.url}/2.0/` });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyface-sdk-'));
    const settings = await loadSettings({
      env: {},
      overrides: { file: demoFile, port: 0, dataDir: join(folder, 'data') },
    });
    const { smartsheet } = settings.dialects;
    if (!smartsheet) throw new Error('the demo speaks no Smartsheet');
    gateway = await startPolyface(
      {
        ...settings,
        dialects: { smartsheet: { ...smartsheet, profile } },
        validateResponses: 'enforce',
        log: { level: 'silent' },
      },
      { store: createMemoryStore() },
    );
    await writeFile(join(folder, 'camera.jpg'), await aJpeg({ width: 2000, height: 1500 }));
    await writeFile(join(folder, 'small.png'), await aPng({ width: 60, height: 30 }));
    await writeFile(join(folder, 'text.png'), 'no picture at all');
  });
  afterAll(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  const upload = (fileName: string) => {
    const options = { userId: JANE, path: join(folder, fileName), fileName };
    return client().users.addProfileImage(options);
  };

  it('the official JavaScript SDK uploads a photograph from a path and reads it back as a square of 1050', async () => {
    const answer = await upload('camera.jpg');
    expect(answer).toMatchObject({ message: 'SUCCESS', resultCode: 0 });
    expect(Object.keys(answer)).toEqual([
      'message',
      'resultCode',
      profile === 'observed' ? 'result' : 'data',
    ]);
    const user = await client().users.getCurrentUser({});
    expect(user).toMatchObject({
      id: JANE,
      email: 'jane.doe@smartsheet.com',
      profileImage: { height: 1050, width: 1050 },
    });
    const { imageUrls } = await client().images.listImageUrls({
      body: [{ imageId: user.profileImage?.imageId ?? '', height: 40, width: 40 }],
    });
    const picture = await fetch(imageUrls[0]?.url ?? '');
    expect(picture.headers.get('content-type')).toBe('image/jpeg');
  });

  it('the official JavaScript SDK uploads a stream of unknown length under the wrong type', async () => {
    const options = { userId: JANE, fileStream: createReadStream(join(folder, 'small.png')) };
    await client().users.addProfileImage(options);
    const side = profile === 'observed' ? 1050 : 60;
    await expect(client().users.getUser({ userId: JANE })).resolves.toMatchObject({
      profileImage: { height: side, width: side },
    });
  });

  it('the official JavaScript SDK learns what was wrong in the vendor words, and the picture stays', async () => {
    const before = await client().users.getCurrentUser({});
    await expect(upload('text.png')).rejects.toMatchObject({ statusCode: 400, errorCode: 1255 });
    const nothing = { userId: JANE, body: { file: new Uint8Array(8) } };
    await expect(client().users.addProfileImage(nothing)).rejects.toMatchObject({ errorCode: 1024 });
    await expect(client('wrong').users.getCurrentUser({})).rejects.toMatchObject({
      statusCode: 401,
      errorCode: 1002,
    });
    await expect(client().users.getUser({ userId: 7 })).rejects.toMatchObject({ errorCode: 1004 });
    await expect(client('demo-smartsheet-admin').users.getUser({ userId: 7 })).rejects.toMatchObject({
      statusCode: 404,
      errorCode: 1020,
      refId: expect.any(String),
    });
    await expect(client().users.getCurrentUser({})).resolves.toEqual(before);
  });
});
