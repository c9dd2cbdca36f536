import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aJpeg } from '../support/pictures.ts';
import { type Aim, aimAtNobody, attempts, secondOf } from './attempts.ts';
import { type Answer, type RunningDemo, startDemo } from './running-demo.ts';
import { demo, other, type Side, withEveryCredential } from './sides.ts';

const operations = Object.entries(attempts).flatMap(([dialect, table]) =>
  Object.keys(table).map((operationId) => [dialect, operationId] as const),
);

let running: RunningDemo;
let picture: Buffer;

beforeAll(async () => {
  running = await startDemo(withEveryCredential);
  picture = await aJpeg({ width: 400, height: 300, grain: 60 });
  for (const side of [demo, other]) {
    for (const id of [side.person.registered, secondOf(side.person)]) {
      const headers = { ...side.headers.native, 'content-type': 'application/json' };
      const path = `/native/v1/people/${id}`;
      await running.ask({ method: 'PUT', path, headers, body: '{}' }, side, 'native');
    }
  }
});
afterAll(() => running.stop());

async function askAll(dialect: string, operationId: string, aim: Aim, by: Side): Promise<Answer[]> {
  const made = (await attempts[dialect]?.[operationId]?.(aim, by, picture)) ?? [];
  const answers: Answer[] = [];
  for (const attempt of made) answers.push(await running.ask(attempt, by, dialect));
  return answers;
}

/** Without what differs from one request to the next, and without the words that the request itself brought. */
function comparable({ status, headers, text }: Answer, aim: Aim): object {
  const { aliases, email, registered } = aim.person;
  // The longest first: an id of the registry may hold an alias.
  const words = [registered, ...Object.values(aliases), email, aim.imageId, aim.client.key];
  // Random ids first: a short alias such as `9001` may stand in one of them.
  const scrub = (value: string): string =>
    words.reduce(
      (rest, word) => rest.replaceAll(word, '<aim>'),
      value
        .replace(/"(refId|traceId|requestId)":"[^"]*"/g, '"$1":"…"')
        .replace(/[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>'),
    );
  const { date: _date, 'content-length': _length, ...kept } = headers;
  return { status, headers: JSON.parse(scrub(JSON.stringify(kept))), text: scrub(text) };
}

/** What a side's own picture can be aimed at by: the imageId and a ticket that its owner sees. */
async function aimAt(side: Side): Promise<Aim> {
  const aim: Aim = { ...aimAtNobody, person: side.person, client: { ...side.client, secret: 'guess' } };
  // Once and not at both of its paths: the body that a second upload replaces would be removed some time later.
  const [upload] = (await attempts.smartsheet?.updateUserProfileImage?.(aim, side, picture)) ?? [];
  if (upload) await running.ask(upload, side, 'smartsheet');
  const [seen] = await askAll('smartsheet', 'getUser', aim, side);
  const imageId = /"imageId":"([^"]+)"/.exec(seen?.text ?? '')?.[1];
  const [located] = await askAll('smartsheet', 'listImageUrls', { ...aim, imageId: imageId ?? '' }, side);
  const ticket = /\/images\/d\/([\w-]+)/.exec(located?.text ?? '')?.[1];
  if (imageId === undefined || ticket === undefined)
    throw new Error('the picture cannot be seen by its owner');
  return { ...aim, imageId, ticket };
}

/** Every record with its version and every body. */
/** All that is stored but the counts of who called what, which a refused call adds to as well. */
async function everythingStored(): Promise<string[]> {
  const found: string[] = [];
  for await (const key of running.store.records.list('')) {
    if (key.startsWith('usage/')) continue;
    found.push(`${key} ${(await running.store.records.read(key))?.version}`);
  }
  for await (const { key, bytes } of running.store.objects.list('')) found.push(`${key} ${bytes}`);
  return found;
}

it('the suite knows how to aim every operation of every dialect', () => {
  const operations = running.gateway.dialects.map(({ dialect }) => [
    dialect.name,
    Object.keys(dialect.operations).sort(),
  ]);
  expect(Object.entries(attempts).map(([name, table]) => [name, Object.keys(table).sort()])).toEqual(
    expect.arrayContaining(operations),
  );
  expect(Object.keys(attempts).sort()).toEqual(
    running.gateway.dialects.map(({ dialect }) => dialect.name).sort(),
  );
});

describe.each([
  ['other', 'demo', other, demo],
  ['demo', 'other', demo, other],
])('with the credentials of %s, aimed at %s', (_by, _at, by, at) => {
  let aim: Aim;
  let before: string[];

  beforeAll(async () => {
    aim = await aimAt(at);
    before = await everythingStored();
  });

  it.each(operations)(
    '%s %s answers as if there were nobody, and touches nothing',
    async (dialect, operationId) => {
      const foreign = await askAll(dialect, operationId, aim, by);
      const unknown = await askAll(dialect, operationId, aimAtNobody, by);
      expect(foreign.length).toBeGreaterThan(0);
      expect(foreign.map((answer) => comparable(answer, aim))).toEqual(
        unknown.map((answer) => comparable(answer, aimAtNobody)),
      );
      await expect(everythingStored()).resolves.toEqual(before);
    },
  );

  it('the gateway shows no address and no picture of the other side in any answer', async () => {
    for (const [dialect, operationId] of operations) {
      for (const { headers, text } of await askAll(dialect, operationId, aim, by)) {
        expect(text).not.toContain('/images/');
        expect(headers['content-type'] ?? '').not.toMatch(/^image\//);
      }
    }
  });
});

describe.each([
  ['demo', demo],
  ['other', other],
])('the same requests of %s for its own people', (_name, side) => {
  it("requests for a tenant's own people are good ones", async () => {
    const refused: string[] = [];
    for (const [dialect, operationId] of operations) {
      // An altered ticket is invalid for every caller, its owner included.
      if (operationId === 'getProfileImage') continue;
      const aim = { ...(await aimAt(side)), client: side.client };
      for (const { status, text } of await askAll(dialect, operationId, aim, side)) {
        if (status >= 300 || text.includes('error":')) refused.push(`${operationId} ${status} ${text}`);
      }
    }
    expect(refused).toEqual([]);
  });
});
