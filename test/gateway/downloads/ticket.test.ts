import { describe, expect, it } from '@jest/globals';
import { ProblemError } from '../../../src/domain/index.ts';
import { createDownloadLinks } from '../../../src/gateway/downloads/download-links.ts';
import { sealTicket, unsealTicket } from '../../../src/gateway/downloads/ticket.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

const oldKey = { id: 'old', secret: 'o'.repeat(32) };
const newKey = { id: 'new', secret: 'n'.repeat(32) };
const target = {
  subjectKey: '0a'.repeat(16),
  imageId: 'f0'.repeat(16),
  rendition: 'pad-1050x1050-auto-ffffff-q85',
};

describe('a download ticket', () => {
  it('a download ticket opens to what was sealed, and is a short word for URLs', () => {
    const ticket = sealTicket(newKey, target, 1_700_000_000_123);
    expect(ticket).toMatch(/^[A-Za-z0-9_-]{100,160}$/);
    expect(unsealTicket([newKey], ticket)).toEqual({ target, expiresAtMs: 1_700_000_000_123 });
  });

  it('a download ticket does not open when any one character of it was changed, or it was cut or lengthened', () => {
    const ticket = sealTicket(newKey, target, 1_700_000_000_123);
    for (let at = 0; at < ticket.length; at += 1) {
      for (const other of ['A', 'B', '_', '9']) {
        const altered = ticket.slice(0, at) + other + ticket.slice(at + 1);
        if (altered !== ticket) expect(unsealTicket([newKey], altered)).toBeUndefined();
      }
      expect(unsealTicket([newKey], ticket.slice(0, at))).toBeUndefined();
    }
    expect(unsealTicket([newKey], `${ticket}A`)).toBeUndefined();
    expect(unsealTicket([newKey], `${ticket}=`)).toBeUndefined();
  });

  it('a download ticket opens with any key that is still valid, and with no other', () => {
    const ticket = sealTicket(oldKey, target, 1);
    expect(unsealTicket([newKey, oldKey], ticket)?.target).toEqual(target);
    expect(unsealTicket([newKey], ticket)).toBeUndefined();
    expect(unsealTicket([{ id: 'old', secret: 'x' }], ticket)).toBeUndefined();
  });
});

describe('a download link', () => {
  const picture = { key: 'k', bytes: 1, sha256: '00', format: 'jpeg', width: 1, height: 1 } as const;
  let nowMs = 1_000_000;
  const links = createDownloadLinks({
    keys: [newKey, oldKey],
    objects: createMemoryStore().objects,
    mode: 'direct',
    clock: { nowMs: () => nowMs },
  });

  it('a download link is good until it expires, and forbidden from that moment on', async () => {
    const link = await links.sign(target, picture, { ttlSeconds: 900, baseUrl: 'https://pictures.example' });
    expect(link).toEqual({
      url: `https://pictures.example/images/d/${link.ticket}`,
      ticket: expect.any(String),
      expiresAtMs: nowMs + 900_000,
    });
    nowMs += 899_999;
    expect(links.verify(link.ticket ?? '')).toEqual(target);
    nowMs += 1;
    expect(() => links.verify(link.ticket ?? '')).toThrow(new ProblemError({ kind: 'forbidden' }));
  });

  it('a download link is signed by the first key', async () => {
    const { ticket = '' } = await links.sign(target, picture, { ttlSeconds: 1, baseUrl: '' });
    expect(unsealTicket([newKey], ticket)?.target).toEqual(target);
  });
});
