import { describe, expect, it } from '@jest/globals';
import native from '../../../dialects/native/index.ts';
import { writeDeleted, writeImage, writeImageFacts } from '../../../dialects/native/write-image.ts';
import type { WireResponse } from '../../../src/domain/index.ts';
import { judgeBy } from '../../support/dialects/document-judge.ts';
import { problemRows } from '../../support/dialects/fixture.ts';
import { aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, aSubject } from '../../support/dialects/subject.ts';

const judge = await judgeBy('native', 'documented');
const subject = aSubject();
const view = anImageView({});
const put = { kind: 'images-put', subject, images: [view] } as const;

describe('openapi/native.yaml', () => {
  it('openapi/native.yaml documents exactly the operations that are translated', () => {
    expect(judge.operations.map(({ operationId }) => operationId).sort()).toEqual(
      Object.keys(native.operations).sort(),
    );
  });

  it.each<[string, WireResponse]>([
    ['putImage', writeImageFacts({ ...put, created: true })],
    ['putImage', writeImageFacts({ ...put, created: false })],
    ['getImage', writeImage({ kind: 'image-read', subject, view })],
    ['deleteImage', writeDeleted()],
  ])('openapi/native.yaml describes the success of %s', (operationId, answer) => {
    expect(judge.faults(operationId, answer)).toEqual([]);
  });

  it.each(problemRows('native'))(
    'openapi/native.yaml describes $problem where a put can meet it',
    ({ problem }) => {
      const answer = native.renderProblem(problem, aRequestContext({ maxBytes: 1000, quality: 80 }));
      expect(judge.faults('putImage', answer)).toEqual([]);
    },
  );
});
