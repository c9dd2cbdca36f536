import { expect, it } from '@jest/globals';
import { azureRound, filesystemRound, fullDiskRound, outageRound, s3Round } from './chaos-rounds.ts';

const NO_DAMAGE = { lost: 0, torn: 0, resurrected: 0, cases: [] };

it('polyface loses nothing when gateways on one folder are killed', async () => {
  expect(await filesystemRound(3)).toMatchObject({ kills: 3, ...NO_DAMAGE });
}, 600_000);

it('polyface loses nothing when gateways on one container are killed', async () => {
  expect(await azureRound(2)).toMatchObject({ kills: 2, ...NO_DAMAGE });
}, 600_000);

it('polyface loses nothing when gateways on one bucket are killed', async () => {
  expect(await s3Round(2)).toMatchObject({ kills: 2, ...NO_DAMAGE });
}, 600_000);

it('polyface loses nothing when the backend goes away and comes back', async () => {
  expect(await outageRound(1)).toMatchObject(NO_DAMAGE);
}, 600_000);

it('polyface loses nothing when the disk runs full', async () => {
  const result = await fullDiskRound();
  if (result !== 'not run') expect(result).toMatchObject(NO_DAMAGE);
}, 600_000);
