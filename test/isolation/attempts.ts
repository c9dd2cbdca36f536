import { SignJWT } from 'jose';
import { nobody, type Person, type Side } from './sides.ts';

/** Whom and what a request is aimed at. */
export interface Aim {
  readonly person: Person;
  /** An imageId as Smartsheet prints it. */
  readonly imageId: string;
  /** The last segment of a signed address. */
  readonly ticket: string;
  readonly client: Side['client'];
}

/** A request; without headers of its own it carries its side's credential. */
export interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
}

/** A person, a picture, an address and a client that do not exist, in valid forms. */
export const aimAtNobody: Aim = {
  person: nobody,
  imageId: 'u!1!AAAAAAAAAAA!AAAAAAAAAAA!AAAAAAAAAAA',
  ticket: Buffer.alloc(80, 1).toString('base64url'),
  client: { key: 'nobodys-client-key', secret: 'guess' },
};

type Making = (aim: Aim, by: Side, picture: Buffer) => Promise<readonly Attempt[]> | readonly Attempt[];

/** How each operation of each dialect can be aimed at a person. */
export const attempts: Readonly<Record<string, Readonly<Record<string, Making>>>> = {
  'capillary-v2': {
    getCustomer: ({ person }) => [{ method: 'GET', path: `${customer(person)}?${readImages}` }],
    getCustomerImage: ({ person }) => [{ method: 'GET', path: `${customer(person)}/setImage?${readImages}` }],
    addCustomerImage: ({ person }, _by, picture) => [
      { method: 'POST', path: `${customer(person)}/setImage`, body: form('file', picture) },
    ],
    addCustomerImageByIdentifier: ({ person }, _by, picture) => [
      {
        method: 'POST',
        path: `/v2/customers/lookup/setImage?source=INSTORE&identifierName=email&identifierValue=${person.email}`,
        body: form('file', picture),
      },
    ],
    deleteCustomerImage: ({ person }) => [
      { method: 'DELETE', path: `${customer(person)}/deleteImage?image_ids=0` },
    ],
    generateToken: ({ client }) => [
      {
        method: 'POST',
        path: '/v3/oauth/token/generate',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(client),
      },
    ],
  },
  'magicline-v1': {
    getCustomer: ({ person }) => [{ method: 'GET', path: `/v1/customers/${person.aliases['magicline-v1']}` }],
    checkKey: ({ person }) => [
      { method: 'HEAD', path: `/v1/customers/${person.aliases['magicline-v1']}` },
      { method: 'HEAD', path: `/v1/customers/${person.aliases['magicline-v1']}/images` },
    ],
    updateImage: ({ person }, _by, picture) => [
      {
        method: 'PUT',
        path: `/v1/customers/${person.aliases['magicline-v1']}/images`,
        body: form('image', picture),
      },
    ],
  },
  native: {
    getImage: ({ person }) => [
      { method: 'GET', path: `/native/v1/subjects/${person.aliases.native}/image` },
      { method: 'HEAD', path: `/native/v1/subjects/${person.aliases.native}/image` },
    ],
    putImage: ({ person }, by, picture) =>
      [{}, { 'if-match': '*' }].map((condition) => ({
        method: 'PUT',
        path: `/native/v1/subjects/${person.aliases.native}/image`,
        headers: { ...by.headers.native, ...condition, 'content-type': 'image/jpeg' },
        body: bytes(picture),
      })),
    deleteImage: ({ person }) => [
      { method: 'DELETE', path: `/native/v1/subjects/${person.aliases.native}/image` },
    ],
    listPeople: () => [{ method: 'GET', path: '/native/v1/people' }],
    findPeople: ({ person }) => [
      { method: 'GET', path: `/native/v1/people-search?value=${person.registered}` },
    ],
    getPerson: ({ person }) => [{ method: 'GET', path: registered(person) }],
    getPersonPictures: ({ person }) => [{ method: 'GET', path: `${registered(person)}/pictures` }],
    // An id that is free in the caller's own tenant would create a person there.
    putPerson: ({ person }, by) => [jsonAttempt(by, 'PUT', registered(person), {}, { 'if-match': '*' })],
    putPeople: ({ person }, by) => [
      jsonAttempt(
        by,
        'POST',
        '/native/v1/people?dryRun=true',
        { id: person.registered },
        { 'content-type': 'application/x-ndjson' },
      ),
    ],
    patchPerson: ({ person }, by) => [jsonAttempt(by, 'PATCH', registered(person), { profile: {} })],
    linkPerson: ({ person }) => [{ method: 'PUT', path: `${registered(person)}/aliases/timbu/linked` }],
    unlinkPerson: ({ person }) => [{ method: 'DELETE', path: `${registered(person)}/aliases/timbu/linked` }],
    renamePerson: ({ person }, by) => [
      jsonAttempt(by, 'POST', `${registered(person)}/rename`, { id: person.registered }),
    ],
    mergePeople: ({ person }, by) => [
      jsonAttempt(by, 'POST', `${registered(person)}/merge`, {
        into: secondOf(by.person),
        preview: true,
      }),
    ],
    erasePerson: ({ person }) => [{ method: 'DELETE', path: registered(person) }],
  },
  smartsheet: {
    updateUserProfileImage: ({ person }, by, picture) =>
      ['/2.0', ''].map((mount) => ({
        method: 'POST',
        path: `${mount}/users/${person.aliases.smartsheet}/profileimage`,
        headers: { ...by.headers.smartsheet, 'content-type': 'image/jpeg' },
        body: bytes(picture),
      })),
    getUser: ({ person }) => [{ method: 'GET', path: `/2.0/users/${person.aliases.smartsheet}` }],
    getCurrentUser: ({ person }, by) => [
      {
        method: 'GET',
        path: '/2.0/users/me',
        headers: { ...by.headers.smartsheet, 'assume-user': encodeURIComponent(person.email) },
      },
    ],
    listImageUrls: ({ imageId }, by) => [
      {
        method: 'POST',
        path: '/2.0/imageurls',
        headers: { ...by.headers.smartsheet, 'content-type': 'application/json' },
        body: JSON.stringify([{ imageId, width: 40 }, { imageId }]),
      },
    ],
  },
  timbu: {
    uploadUserImage: async ({ person }, by, picture) => [
      {
        method: 'PATCH',
        path: '/users/image/upload',
        headers: { authorization: `Bearer ${await tokenFor(person, by)}` },
        body: form('file', picture),
      },
    ],
    getCurrentUser: async ({ person }, by) => [
      {
        method: 'GET',
        path: '/users/me',
        headers: { authorization: `Bearer ${await tokenFor(person, by)}` },
      },
    ],
    getProfileImage: ({ ticket }) => [
      { method: 'GET', path: `/images/profileImages/${altered(ticket)}.jpg` },
      { method: 'GET', path: `/images/d/${altered(ticket)}` },
    ],
  },
};

const readImages = 'embed=CUSTOMERIMAGE&source=INSTORE';

function customer(person: Person): string {
  return `/v2/customers/${person.aliases['capillary-v2']}`;
}

function registered(person: Person): string {
  return `/native/v1/people/${person.registered}`;
}

/** The id of a second person in the registry of the same tenant. */
export function secondOf(person: Person): string {
  return `${person.registered}-2`;
}

function jsonAttempt(
  by: Side,
  method: string,
  path: string,
  json: object,
  headers: Readonly<Record<string, string>> = {},
): Attempt {
  return {
    method,
    path,
    headers: { ...by.headers.native, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json),
  };
}

/** A form with one picture. */
export function form(field: string, picture: Buffer): FormData {
  const body = new FormData();
  body.append(field, new Blob([bytes(picture)], { type: 'image/jpeg' }), 'face.jpg');
  return body;
}

/** A token that a tenant's own secret signs for whomever it likes. */
function tokenFor(person: Person, by: Side): Promise<string> {
  return new SignJWT({ user_id: person.aliases.timbu })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(by.timbuSecret));
}

/** The same ticket for another person: one bit of the subject's key is turned. */
function altered(ticket: string): string {
  const sealed = Buffer.from(ticket, 'base64url');
  const at = Math.min(20, sealed.length - 1);
  sealed[at] = (sealed[at] ?? 0) ^ 1;
  return sealed.toString('base64url');
}

function bytes(picture: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(picture);
}
