import { describe, expect, it } from '@jest/globals';
import { writeProfileImage } from '../../../dialects/timbu/write-profile-image.ts';
import { writeUpdatedUser, writeUser } from '../../../dialects/timbu/write-user.ts';
import { ProblemError } from '../../../src/domain/index.ts';
import { bodyText, fixtureText } from '../../support/dialects/fixture.ts';
import { aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const john = aSubject({
  aliases: { timbu: 'user123' },
  profile: {
    firstName: 'John',
    lastName: 'Doe',
    email: 'user@example.com',
    phoneNumber: '+1234567890',
    extra: { timbu: { phone_country_code: '+234', device_id: 7, password: 'never printed' } },
  },
});
const view = anImageView({ url: 'https://path/to/updated/image', ticket: 'AQ0Kc2lnbmVk' });

describe('answers', () => {
  it.each(['documented', 'observed'] as const)(
    '%s: Timbu answers an upload as the golden file',
    (profile) => {
      const answer = writeUpdatedUser(
        { kind: 'images-put', subject: john, images: [view], created: true },
        aRequestContext(options, { profile }),
      );
      expect(answer.status).toBe(200);
      expect(answer.headers).toEqual({ 'Content-Type': 'application/json' });
      expect(bodyText(answer)).toBe(fixtureText('timbu', `upload.${profile}.json`));
    },
  );

  it.each(['documented', 'observed'] as const)('%s: Timbu answers a read as the golden file', (profile) => {
    const outcome = { kind: 'subject-read', subject: john, images: [view] } as const;
    expect(bodyText(writeUser(outcome, aRequestContext(options, { profile })))).toBe(
      fixtureText('timbu', `user.${profile}.json`),
    );
  });

  it('Timbu prints what is not known as empty strings', () => {
    const ada = aSubject({ aliases: { timbu: 'ada' } });
    const answer = writeUser({ kind: 'subject-read', subject: ada, images: [] }, aRequestContext(options));
    expect(bodyText(answer)).toBe(fixtureText('timbu', 'user-without-image.json'));
  });

  it('Timbu prints the absolute address in either profile where the store serves downloads itself', () => {
    const direct = anImageView({ url: 'https://store.example.com/x?sig=1' });
    const answer = writeUpdatedUser(
      { kind: 'images-put', subject: john, images: [direct], created: true },
      aRequestContext(options, { profile: 'observed' }),
    );
    expect(bodyText(answer)).toContain('"image_url":"https://store.example.com/x?sig=1"');
  });

  it('Timbu knows no person without an id', () => {
    const outcome = { kind: 'subject-read', subject: aSubject(), images: [] } as const;
    expect(() => writeUser(outcome, aRequestContext(options))).toThrow(
      new ProblemError({ kind: 'subject-not-found' }),
    );
  });

  it('Timbu leaves the picture to the gateway', () => {
    const { picture } = view;
    expect(writeProfileImage({ kind: 'download-opened', picture, attachment: false })).toEqual({
      status: 200,
      headers: {},
      body: { kind: 'picture', picture, attachment: false },
    });
  });
});
