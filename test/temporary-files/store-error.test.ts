import { describe, expect, it } from '@jest/globals';
import { StoreError } from '../../src/domain/index.ts';
import { asStoreWork, storeErrorFrom } from '../../src/temporary-files/store-error.ts';

describe('a failed system call', () => {
  it.each([
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['EFBIG', 'full'],
    ['EACCES', 'denied'],
    ['EPERM', 'denied'],
    ['EROFS', 'denied'],
    ['EIO', 'unavailable'],
    ['EMFILE', 'unavailable'],
  ])('%s means that the store is %s', (code, reason) => {
    const cause = Object.assign(new Error(code), { code });
    expect(storeErrorFrom(cause)).toMatchObject({ reason, cause });
  });

  it('a failed system call keeps what was said of it before', async () => {
    const damaged = new StoreError('damaged');
    expect(storeErrorFrom(damaged)).toBe(damaged);
    await expect(asStoreWork(() => Promise.reject(damaged))).rejects.toBe(damaged);
  });

  it('a failed system call is told from work that went well', async () => {
    await expect(asStoreWork(async () => 'done')).resolves.toBe('done');
  });
});
