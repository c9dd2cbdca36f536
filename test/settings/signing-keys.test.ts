import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { signingKeys } from '../../src/settings/signing-keys.ts';

it('signingKeys gives every one of 30 starts at once the same key, whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-keys-'));
  const keys = await Promise.all(Array.from({ length: 30 }, () => signingKeys([], folder)));
  const secrets = new Set(keys.flat().map(({ secret }) => secret));
  expect(secrets.size).toBe(1);
  expect([...secrets][0]).toHaveLength(43);
  expect(await readdir(folder)).toEqual(['signing-key']);
  await rm(folder, { recursive: true });
});
