import { describe, expect, it } from '@jest/globals';
import smartsheet from '../../../dialects/smartsheet/index.ts';
import { writeImageUrls } from '../../../dialects/smartsheet/write-image-urls.ts';
import { writeUpdatedUser, writeUser } from '../../../dialects/smartsheet/write-user.ts';
import type { WireResponse } from '../../../src/domain/index.ts';
import { judgeBy } from '../../support/dialects/document-judge.ts';
import { problemRows } from '../../support/dialects/fixture.ts';
import { aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const judges = {
  documented: await judgeBy('smartsheet', 'documented'),
  observed: await judgeBy('smartsheet', 'observed'),
};
const judge = judges.documented;
const rows = problemRows('smartsheet');
const subject = aSubject({ aliases: { smartsheet: '48569348493401200' } });
const images = [anImageView({ url: 'https://images.example.com/images/d/AQ' })];

describe('openapi/smartsheet.yaml', () => {
  it('openapi/smartsheet.yaml documents exactly the operations that are translated', () => {
    expect(judge.operations.map(({ operationId }) => operationId).sort()).toEqual(
      Object.keys(smartsheet.operations).sort(),
    );
  });

  it('openapi/smartsheet.yaml answers uploads at the mount and as the vendor page prints the path', () => {
    const upload = judge.operations.find(({ operationId }) => operationId === 'updateUserProfileImage');
    expect(upload?.prefixes).toEqual(['/2.0', '']);
  });

  it.each(['documented', 'observed'] as const)('%s: the document describes every success', (profile) => {
    const context = aRequestContext(options, { profile });
    const answers: Record<string, WireResponse> = {
      updateUserProfileImage: writeUpdatedUser(
        { kind: 'images-put', subject, images, created: false },
        context,
      ),
      getUser: writeUser({ kind: 'subject-read', subject, images }, context),
      getCurrentUser: writeUser({ kind: 'subject-read', subject, images: [] }, context),
      listImageUrls: writeImageUrls(
        {
          kind: 'images-located',
          ttlSeconds: 1800,
          results: [
            ...images.map((view) => ({ label: 'here', found: true as const, view })),
            { label: 'gone', found: false, problem: { kind: 'image-not-found' } },
          ],
        },
        context,
      ),
    };
    for (const [operationId, answer] of Object.entries(answers)) {
      expect({ operationId, faults: judges[profile].faults(operationId, answer) }).toEqual({
        operationId,
        faults: [],
      });
    }
  });

  it.each(rows)('openapi/smartsheet.yaml describes $problem where an upload can meet it', ({ problem }) => {
    expect(
      judge.faults('updateUserProfileImage', smartsheet.renderProblem(problem, aRequestContext(options))),
    ).toEqual([]);
  });

  it('openapi/smartsheet.yaml tells a wrong answer from a right one', () => {
    const right = smartsheet.renderProblem({ kind: 'forbidden' }, aRequestContext(options));
    const wrong: WireResponse = {
      ...right,
      body: { kind: 'json', value: { refId: 'x', errorCode: 4001, message: 'no' } },
    };
    expect(judge.faults('getUser', wrong)).not.toEqual([]);
    expect(judge.faults('getUser', { ...right, body: { kind: 'json', value: { refId: 'x' } } })).not.toEqual(
      [],
    );
  });
});
