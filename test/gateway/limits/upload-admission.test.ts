import { describe, expect, it } from '@jest/globals';
import { createUploadAdmission, type Uploader } from '../../../src/gateway/limits/upload-admission.ts';

const by = (tenant: string, credentialId: string): Uploader => ({
  principal: { tenant, dialect: 'native', credentialId, scopes: [] },
});

describe('upload admission', () => {
  /** How many of them are let in before one is refused. */
  function enterAll(
    admission: ReturnType<typeof createUploadAdmission>,
    uploaders: Iterable<Uploader>,
  ): number {
    let entered = 0;
    try {
      for (const uploader of uploaders) {
        admission.enter(uploader);
        entered += 1;
      }
    } catch {
      return entered;
    }
    return entered;
  }
  const times = (count: number, uploaderOf: (index: number) => Uploader) =>
    Array.from({ length: count }, (_, index) => uploaderOf(index));

  it('upload admission gives a credential half of the places and a tenant three quarters, and leaves the rest to others', () => {
    const admission = createUploadAdmission(256, { tenants: () => 2 });
    expect(
      enterAll(
        admission,
        times(256, () => by('a', 'greedy')),
      ),
    ).toBe(128);
    expect(
      enterAll(
        admission,
        times(256, (index) => by('a', `key-${index}`)),
      ),
    ).toBe(64);
    expect(
      enterAll(
        admission,
        times(256, (index) => by('b', `key-${index}`)),
      ),
    ).toBe(64);
    expect(admission.underWay).toBe(256);
  });

  it('upload admission leaves no room for other tenants where there are none', () => {
    const admission = createUploadAdmission(8, { tenants: () => 1 });
    expect(
      enterAll(
        admission,
        times(9, (index) => by('a', `key-${index}`)),
      ),
    ).toBe(8);
  });

  it('upload admission gives anonymous callers half of the places, and those of one network a quarter', () => {
    const admission = createUploadAdmission(16, { tenants: () => 1 });
    const anonymous = (address: string): Uploader => ({ address });
    expect(
      enterAll(
        admission,
        times(16, (index) => anonymous(`2001:db8::${index}`)),
      ),
    ).toBe(4);
    expect(
      enterAll(
        admission,
        times(16, (index) => anonymous(`192.0.2.${index}`)),
      ),
    ).toBe(4);
    expect(
      enterAll(
        admission,
        times(16, () => by('a', 'key')),
      ),
    ).toBe(8);
  });

  it('upload admission gives a place back once, however often it is told to', () => {
    const admission = createUploadAdmission(2, { tenants: () => 1 });
    const leave = admission.enter(by('a', 'key'));
    expect(() => admission.enter(by('a', 'key'))).toThrow();
    leave();
    leave();
    expect(admission.underWay).toBe(0);
    expect(enterAll(admission, [by('a', 'key'), by('a', 'other'), by('a', 'third')])).toBe(2);
  });

  it('upload admission gives the only place to any caller', () => {
    for (const uploader of [by('a', 'key'), { address: '192.0.2.1' }]) {
      expect(enterAll(createUploadAdmission(1, { tenants: () => 2 }), [uploader, uploader])).toBe(1);
    }
  });
});
