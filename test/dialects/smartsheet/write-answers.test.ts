import { describe, expect, it } from '@jest/globals';
import { writeImageUrls } from '../../../dialects/smartsheet/write-image-urls.ts';
import { writeUpdatedUser, writeUser } from '../../../dialects/smartsheet/write-user.ts';
import { ProblemError } from '../../../src/domain/index.ts';
import { bodyText, fixtureText } from '../../support/dialects/fixture.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const jane = aSubject({
  aliases: { smartsheet: '48569348493401200' },
  profile: { firstName: 'Jane', lastName: 'Doe', email: 'jane.doe@smartsheet.com' },
});

describe('answers', () => {
  it.each(['documented', 'observed'] as const)(
    '%s: Smartsheet answers an upload as the golden file',
    (profile) => {
      const answer = writeUpdatedUser(
        { kind: 'images-put', subject: jane, images: [anImageView({})], created: true },
        aRequestContext(options, { profile }),
      );
      expect(answer.status).toBe(200);
      expect(answer.headers).toEqual({ 'Content-Type': 'application/json;charset=UTF-8' });
      expect(bodyText(answer)).toBe(fixtureText('smartsheet', `upload.${profile}.json`));
    },
  );

  it('Smartsheet answers a read with the bare user', () => {
    const answer = writeUser(
      { kind: 'subject-read', subject: jane, images: [anImageView({})] },
      aRequestContext(options),
    );
    expect(bodyText(answer)).toBe(fixtureText('smartsheet', 'user.json'));
  });

  it('Smartsheet leaves profileImage out where there is none, and prints an id past 2^53 to its last digit', () => {
    const subject = aSubject({
      aliases: { smartsheet: '9223372036854775807' },
      profile: { firstName: 'Jane' },
    });
    const answer = writeUser({ kind: 'subject-read', subject, images: [] }, aRequestContext(options));
    expect(bodyText(answer)).toBe(fixtureText('smartsheet', 'user-without-image.json'));
  });

  it('Smartsheet knows no person without a number', () => {
    const outcome = { kind: 'subject-read', subject: aSubject(), images: [] } as const;
    expect(() => writeUser(outcome, aRequestContext(options))).toThrow(
      new ProblemError({ kind: 'subject-not-found' }),
    );
  });

  it('Smartsheet answers each image URL in its place, and the same for everything that is not there', () => {
    const gone = { found: false, problem: { kind: 'image-not-found' } } as const;
    const url = 'https://images.example.com/images/d/AQ0Kc2lnbmVk';
    const answer = writeImageUrls(
      {
        kind: 'images-located',
        ttlSeconds: 1800,
        results: [
          { label: 'u!1!nAtdn5RJB_o!k6_e_3h2R3w!wmYXPek-yVA', found: true, view: anImageView({ url }) },
          { label: 'u!1!nAtdn5RJB_o!k6_e_3h2R3w!AAAAAAAAAAA', ...gone },
          { label: 'no image id at all', ...gone },
        ],
      },
      aRequestContext(options),
    );
    expect(bodyText(answer)).toBe(fixtureText('smartsheet', 'image-urls.json'));
  });

  it('Smartsheet gives the integration source to the log', () => {
    const request = aHead({ headers: { 'smartsheet-integration-source': 'AI,Org,Name' } });
    const answer = writeUser(
      { kind: 'subject-read', subject: jane, images: [] },
      aRequestContext(options, { request }),
    );
    expect(answer.logFields).toEqual({ integrationSource: 'AI,Org,Name' });
  });
});
