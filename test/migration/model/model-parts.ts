import { createHash } from 'node:crypto';
import {
  type CommandContext,
  type Imaging,
  ProblemError,
  type ProfileImage,
  READABLE_FORMATS,
  type Subject,
  type SubjectDirectory,
} from '../../../src/domain/index.ts';
import { isBrokenOff, uploadOf, type Value } from './model-backend.ts';

/** The migration that the model is about. */
export const NAME = { tenant: 'acme', dialect: 'legacy' };

/** The people of the model. */
export const SUBJECTS: readonly Subject[] = ['a', 'b', 'c'].map((id) => ({
  key: createHash('sha256').update(id).digest('hex').slice(0, 32),
  tenant: NAME.tenant,
  id,
  aliases: { legacy: id },
  profile: {},
}));

/** The person at this place in `SUBJECTS`, counted round. */
export function subjectAt(index: number): Subject {
  const subject = SUBJECTS[index % SUBJECTS.length];
  if (!subject) throw new Error('there are people');
  return subject;
}

/** Knows the people of the model. */
export const directory: SubjectDirectory = {
  byAlias: async (_tenant, _dialect, id) => SUBJECTS.find((subject) => subject.id === id),
  byIdentifier: async () => undefined,
  byKey: async (_tenant, key) => SUBJECTS.find((subject) => subject.key === key),
  async *list() {
    yield* SUBJECTS;
  },
};

/** Accepts every file except one that was broken off, because the content of a picture does not matter here. */
export const imaging: Imaging = {
  async process({ source }) {
    if (isBrokenOff(source)) throw new ProblemError({ kind: 'body-malformed', reason: 'syntax' });
    return {
      facts: { format: 'png', width: 1, height: 1, frames: 1, transparent: false },
      renditions: [],
      release: async () => {},
    };
  },
  start: async () => {},
  stop: async () => {},
};

/** The context of every command of a client. */
export const context: CommandContext = {
  dialect: NAME.dialect,
  principal: { ...NAME, credentialId: 'test', scopes: [] },
  intake: {
    formats: READABLE_FORMATS,
    minBytes: 0,
    maxBytes: 1000,
    maxFiles: 5,
    slots: 5,
    bodies: ['raw'],
    field: 'any',
    surplus: 'refuse',
    renders: 'at-first-read',
    overlap: 'last-writer-wins',
  },
  rendition: 'original',
  baseUrl: '',
};

/** The caller of every command. */
export function principal() {
  return { ...NAME, credentialId: 'test', scopes: [] };
}

const BY_SHA = new Map<string, Value>();

/** The value of an image, by its digest. */
export function valueNamed({ original }: Pick<ProfileImage, 'original'>): Value {
  for (let value = BY_SHA.size; !BY_SHA.has(original.sha256) && value < 10_000; value += 1) {
    BY_SHA.set(uploadOf(value).sha256, value);
  }
  return BY_SHA.get(original.sha256) ?? Number.NaN;
}

/** The image of a value, as a reader sees it. */
export function viewOf(slot: number, value: Value) {
  const { sha256, bytes } = uploadOf(value);
  const original = { key: '', bytes, sha256, format: 'png', width: 1, height: 1 } as const;
  return {
    image: {
      id: sha256.slice(0, 32),
      slot,
      version: 1,
      generation: 1,
      handle: '',
      writtenAtMs: 0,
      writtenThrough: NAME.dialect,
      transparent: false,
      original,
      renditions: {},
    },
    picture: original,
  };
}
