import { describe, expect, it } from '@jest/globals';
import timbu from '../../../dialects/timbu/index.ts';
import { writeProfileImage } from '../../../dialects/timbu/write-profile-image.ts';
import { writeUpdatedUser, writeUser } from '../../../dialects/timbu/write-user.ts';
import type { WireResponse } from '../../../src/domain/index.ts';
import { judgeBy } from '../../support/dialects/document-judge.ts';
import { problemRows } from '../../support/dialects/fixture.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const judges = {
  documented: await judgeBy('timbu', 'documented'),
  observed: await judgeBy('timbu', 'observed'),
};
const judge = judges.documented;
const subject = aSubject({ aliases: { timbu: 'user123' } });
const view = anImageView({ url: 'https://images.example.com/images/d/AQ', ticket: 'AQ' });

describe('openapi/timbu.yaml', () => {
  it('openapi/timbu.yaml documents exactly the operations that are translated', () => {
    expect(judge.operations.map(({ operationId }) => operationId).sort()).toEqual(
      Object.keys(timbu.operations).sort(),
    );
  });

  describe.each(['documented', 'observed'] as const)('%s', (profile) => {
    const context = aRequestContext(options, { profile });
    const put = { kind: 'images-put', subject, images: [view], created: false } as const;
    const read = { kind: 'subject-read', subject, images: [view] } as const;
    const opened = { kind: 'download-opened', picture: view.picture, attachment: false } as const;

    it.each<[string, WireResponse]>([
      ['uploadUserImage', writeUpdatedUser(put, context)],
      ['getCurrentUser', writeUser(read, context)],
      ['getCurrentUser', writeUser({ ...read, images: [] }, context)],
      ['getProfileImage', writeProfileImage(opened)],
    ])('the document describes the success of %s', (operationId, answer) => {
      expect(judges[profile].faults(operationId, answer)).toEqual([]);
    });

    it.each(problemRows('timbu'))(
      'the document describes $problem where an upload can meet it',
      ({ problem }) => {
        expect(judges[profile].faults('uploadUserImage', timbu.renderProblem(problem, context))).toEqual([]);
      },
    );
  });

  it.each([
    ['uploadUserImage', '/users/image/upload/'],
    ['getCurrentUser', '/users/me/'],
    ['getProfileImage', '/images/profileImages/x.jpg/'],
  ])('openapi/timbu.yaml describes the redirect of %s', (operationId, path) => {
    const answer = timbu.redirect?.(aHead({ path }), {
      options,
      profile: 'observed',
      baseUrl: 'https://images.example.com',
    });
    expect(answer && judges.observed.faults(operationId, answer)).toEqual([]);
  });
});
