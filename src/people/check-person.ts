import {
  isJsonObject,
  type Json,
  type PersonDraft,
  ProblemError,
  type SubjectProfile,
} from '../domain/index.ts';

const MAX_NAME_CHARACTERS = 256;
const MAX_TEXT_CHARACTERS = 1_024;
/** A page holds several people of this size, with room to spare. */
const MAX_PERSON_BYTES = 16 * 1024;
const PLACE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const PROFILE_TEXTS = ['firstName', 'lastName', 'email', 'phoneNumber'] as const;
const MEMBERS = ['id', 'aliases', 'identifiers', 'profile'];
/** Members of a stored person that only the registry sets. */
const OWN_MEMBERS = ['key', 'tenant', 'version', 'formerly'];

/**
 * Checks a person that came from outside. Throws `invalid-person` with a pointer to what is wrong.
 * `dialects`: those in which a person may have an id.
 */
export function checkPerson(value: Json | undefined, dialects: ReadonlySet<string>): PersonDraft {
  if (!isJsonObject(value)) throw invalid('', 'is not an object');
  for (const member of Object.keys(value)) {
    if (!MEMBERS.includes(member)) throw invalid(`/${step(member)}`, 'is not known');
  }
  const draft: PersonDraft = {
    id: checkName(value.id, '/id'),
    aliases: checkNames(value.aliases, '/aliases', (dialect) =>
      dialects.has(dialect) ? undefined : `is no dialect of the settings (${[...dialects].join(', ')})`,
    ),
    identifiers: checkNames(value.identifiers, '/identifiers', (name) =>
      PLACE.test(name) ? undefined : 'is no name of an identifier',
    ),
    profile: checkProfile(value.profile, dialects),
  };
  if (Buffer.byteLength(JSON.stringify(draft)) > MAX_PERSON_BYTES)
    throw invalid('', `has more than ${MAX_PERSON_BYTES} bytes`);
  return draft;
}

/** A person as it was read, without the members that only the registry sets, so that it can be put again. */
export function personPart(value: Json | undefined): Json | undefined {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([member]) => !OWN_MEMBERS.includes(member)));
}

/** An id, or an id in a dialect. */
export function checkName(value: Json | undefined, pointer: string): string {
  if (typeof value !== 'string')
    throw invalid(pointer, value === undefined ? 'is missing' : 'is not a string');
  if (value === '') throw invalid(pointer, 'is empty');
  if (value.length > MAX_NAME_CHARACTERS)
    throw invalid(pointer, `has more than ${MAX_NAME_CHARACTERS} characters`);
  if (/\p{Cc}/u.test(value) || value.trim() !== value || !value.isWellFormed())
    throw invalid(pointer, 'has control characters, or spaces around it');
  return value;
}

function checkNames(
  value: Json | undefined,
  pointer: string,
  fault: (place: string) => string | undefined,
): Record<string, string> {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw invalid(pointer, 'is not an object');
  return Object.fromEntries(
    Object.entries(value).map(([place, name]) => {
      const at = `${pointer}/${step(place)}`;
      const wrong = fault(place);
      if (wrong) throw invalid(at, wrong);
      return [place, checkName(name, at)];
    }),
  );
}

function checkProfile(value: Json | undefined, dialects: ReadonlySet<string>): SubjectProfile {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw invalid('/profile', 'is not an object');
  const profile: Record<string, Json> = {};
  for (const [member, given] of Object.entries(value)) {
    const pointer = `/profile/${step(member)}`;
    if (given === undefined) continue;
    if (member === 'extra') profile.extra = checkExtra(given, dialects);
    else if (PROFILE_TEXTS.some((text) => text === member)) profile[member] = checkText(given, pointer);
    else throw invalid(pointer, 'is not known');
  }
  return profile;
}

function checkText(value: Json, pointer: string): string {
  if (typeof value !== 'string') throw invalid(pointer, 'is not a string');
  if (value === '') throw invalid(pointer, 'is empty');
  if (value.length > MAX_TEXT_CHARACTERS || !value.isWellFormed())
    throw invalid(pointer, `has more than ${MAX_TEXT_CHARACTERS} characters`);
  return value;
}

function checkExtra(value: Json, dialects: ReadonlySet<string>): Json {
  if (!isJsonObject(value)) throw invalid('/profile/extra', 'is not an object');
  for (const [dialect, extra] of Object.entries(value)) {
    const pointer = `/profile/extra/${step(dialect)}`;
    if (!dialects.has(dialect)) throw invalid(pointer, 'is no dialect of the settings');
    if (!isJsonObject(extra)) throw invalid(pointer, 'is not an object');
  }
  return value;
}

function invalid(pointer: string, reason: string): ProblemError {
  return new ProblemError({ kind: 'invalid-person', pointer, reason });
}

function step(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
