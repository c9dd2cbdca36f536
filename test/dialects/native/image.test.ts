import { describe, expect, it } from '@jest/globals';
import native from '../../../dialects/native/index.ts';
import { readPrecondition } from '../../../dialects/native/read-precondition.ts';
import { writeDeleted, writeImage, writeImageFacts } from '../../../dialects/native/write-image.ts';
import { ProblemError } from '../../../src/domain/index.ts';
import { bodyText, fixtureText } from '../../support/dialects/fixture.ts';
import { aRequest, aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, anUpload, aSubject } from '../../support/dialects/subject.ts';

const { putImage, getImage, deleteImage } = native.operations;
const context = aRequestContext({ maxBytes: 1000, quality: 80 });
const ada = { kind: 'alias', id: 'ada' };
const TAG = '"c266173de93ec950000102030405060f"';

describe('commands', () => {
  it('the native API puts, reads and deletes slot 0 of the subject in the path', () => {
    const upload = anUpload();
    const request = aRequest({ params: { id: 'ada' }, uploads: [upload] });
    expect(putImage?.subject?.(request, context)).toEqual(ada);
    expect(putImage?.read(request, context)).toEqual({
      kind: 'put-images',
      subject: ada,
      images: [{ slot: 0, upload }],
    });
    expect(getImage?.read(request, context)).toEqual({ kind: 'read-image', subject: ada, slot: 0 });
    expect(deleteImage?.read(request, context)).toEqual({ kind: 'delete-images', subject: ada, slots: [0] });
  });

  it('the native API carries the condition of a write into the command', () => {
    const request = aRequest({
      params: { id: 'ada' },
      uploads: [anUpload()],
      headers: { 'if-match': TAG },
    });
    const onlyIf = { kind: 'image', ids: ['c266173de93ec950000102030405060f'] };
    expect(putImage?.read(request, context)).toMatchObject({ onlyIf });
    expect(deleteImage?.read(request, context)).toMatchObject({ onlyIf });
  });

  it('the native API asks for images:write to change and images:read to look', () => {
    expect(putImage?.access.scopes).toEqual(['images:write']);
    expect(deleteImage?.access.scopes).toEqual(['images:write']);
    expect(getImage?.access.scopes).toEqual(['images:read']);
  });
});

describe('conditions', () => {
  const read = (headers: Record<string, string>) => readPrecondition({ headers });

  it.each([
    [{}, {}],
    [{ 'if-match': '*' }, { onlyIf: { kind: 'any' } }],
    [{ 'if-none-match': '*' }, { onlyIf: { kind: 'none' } }],
    [{ 'if-match': '"a", "b"' }, { onlyIf: { kind: 'image', ids: ['a', 'b'] } }],
    [{ 'if-match': 'W/"a"' }, { onlyIf: { kind: 'image', ids: [] } }],
    [{ 'if-match': '""' }, { onlyIf: { kind: 'image', ids: [''] } }],
    [{ 'if-match': ', "a",, "b",' }, { onlyIf: { kind: 'image', ids: ['a', 'b'] } }],
    [{ 'if-none-match': '"a", W/"b"' }, { onlyIf: { kind: 'other-image', ids: ['a', 'b'] } }],
    [
      { 'if-none-match': '*', 'if-match': '"a"' },
      { onlyIf: { kind: 'all', of: [{ kind: 'image', ids: ['a'] }, { kind: 'none' }] } },
    ],
    [
      { 'if-unmodified-since': 'Sun, 29 Nov 2026 10:00:00 GMT' },
      { onlyIf: { kind: 'unmodified-since', atMs: Date.UTC(2026, 10, 29, 10) } },
    ],
    [
      { 'if-match': '*', 'if-unmodified-since': 'Sun, 29 Nov 2026 10:00:00 GMT' },
      { onlyIf: { kind: 'any' } },
    ],
    [{ 'if-unmodified-since': 'some day' }, {}],
  ])('the native API reads the condition %j', (headers, expected) => {
    expect(read(headers)).toEqual(expected);
  });

  it.each([
    { 'if-match': 'a' },
    { 'if-match': '' },
    { 'if-match': '"a" "b"' },
    { 'if-match': ',' },
    { 'if-match': '"a", b' },
    { 'if-none-match': 'a' },
  ])('the native API never ignores the condition %j', (headers) => {
    expect(() => read(headers)).toThrow(ProblemError);
  });
});

describe('answers', () => {
  const subject = aSubject();
  const put = { kind: 'images-put', subject, images: [anImageView({})] } as const;

  it('the native API gives the facts of the stored picture: 201 the first time, 200 from then on', () => {
    const first = writeImageFacts({ ...put, created: true });
    expect(first.status).toBe(201);
    expect(bodyText(first)).toBe(fixtureText('native', 'put.json'));
    expect(writeImageFacts({ ...put, created: false }).status).toBe(200);
  });

  it('the native API gives no ETag header to a put, because what is stored is not what was sent', () => {
    expect(writeImageFacts({ ...put, created: true }).headers).toEqual({
      'Content-Type': 'application/json',
    });
  });

  it('the native API serves the picture under its id as a strong tag', () => {
    const view = anImageView({});
    expect(writeImage({ kind: 'image-read', subject, view })).toEqual({
      status: 200,
      headers: { ETag: TAG },
      body: {
        kind: 'picture',
        picture: view.picture,
        attachment: false,
        modifiedAtMs: view.image.writtenAtMs,
      },
    });
  });

  it('the native API answers a delete with nothing', () => {
    expect(writeDeleted()).toEqual({ status: 204, headers: {}, body: { kind: 'none' } });
  });
});
