import type { StoreUnderTest } from '../../../src/store/promises/store-promise.ts';
import { createS3Store } from '../../../src/store/s3/s3-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { miniStackSettings, startMiniStack } from '../../support/ministack.ts';
import type { S3Engine, S3Settings } from '../../support/s3-engine.ts';
import { startVersityGateway, versitySettings } from '../../support/versitygw.ts';

/** The driver on a MiniStack of its own, which keeps its objects in memory. */
export async function miniStackUnderTest(): Promise<StoreUnderTest> {
  const engine = await startMiniStack('pictures');
  // One process of Python for twenty racers: on a busy machine it may be slow, and that is no failure.
  const settings = miniStackSettings(engine, 'pictures', { prefix: 'house/one', timeoutSeconds: 120 });
  return await s3UnderTest(engine, settings);
}

/** The driver on a versitygw of its own, which keeps its objects in files. */
export async function versityUnderTest(): Promise<StoreUnderTest> {
  const engine = await startVersityGateway('pictures');
  return await s3UnderTest(engine, versitySettings(engine, 'pictures', { prefix: 'house/one' }));
}

async function s3UnderTest(engine: S3Engine, settings: S3Settings): Promise<StoreUnderTest> {
  const opened: Store[] = [];
  const another = async () => {
    const store = createS3Store(settings);
    opened.push(store);
    await store.start({ create: true });
    return store;
  };
  return {
    store: await another(),
    another,
    close: async () => {
      await Promise.all(opened.map((store) => store.stop()));
      await engine.stop();
    },
  };
}
