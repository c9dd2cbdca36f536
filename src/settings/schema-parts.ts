import {
  type ObjectOptions,
  type SchemaOptions,
  type Static,
  type TObject,
  type TProperties,
  type TSchema,
  type TUnsafe,
  Type,
} from '@sinclair/typebox';
import type { JsonObject } from '../domain/index.ts';

/*
 * The parts of the settings' schema. Each takes a description, which the table in docs/operations.md shows.
 * `expects` says in words what a pattern means. `writeOnly` marks a secret, whose value no message repeats.
 */

/**
 * A type whose parts cannot be changed. Any JSON is left as it is, because its type is recursive and
 * read-only already.
 */
type DeepReadonly<T> = JsonObject extends T
  ? T
  : T extends (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
      : T;

/** What a schema describes, with its defaults filled in. */
export type ValueOf<S extends TSchema> = DeepReadonly<Static<S>>;

/** A text that is not empty. */
export const text = (description: string, options: SchemaOptions = {}) =>
  Type.String({ minLength: 1, description, ...options });

/** A secret text. */
export const secretText = (description: string, options: SchemaOptions = {}) =>
  text(description, { writeOnly: true, ...options });

/** A text of a form; `expects` describes the form. */
export const textLike = (pattern: string, expects: string, description: string) =>
  Type.String({ pattern, expects, description });

/** The name of a tenant, dialect or key. */
export const name = (description: string) =>
  textLike(
    '^[a-z0-9][a-z0-9-]{0,62}$',
    'a name of at most 63 lower-case letters, digits and hyphens',
    description,
  );

/** `http://` or `https://` with a host and nothing after it. */
export const origin = (description: string) =>
  textLike('^https?://[^/?#]+$', 'an http or https address without a path', description);

export const flag = (fallback: boolean, description: string) =>
  Type.Boolean({ default: fallback, description });

export const count = (fallback: number, description: string, minimum = 0) =>
  Type.Integer({ minimum, default: fallback, description });

export const positive = (fallback: number, description: string) =>
  Type.Number({ exclusiveMinimum: 0, default: fallback, description });

export const seconds = (fallback: number, description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 86_400, default: fallback, description });

export const percent = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 100, default: fallback, description });

/** One of some words. */
export const choice = <const Words extends readonly string[]>(
  words: Words,
  description: string,
  options: SchemaOptions = {},
): TUnsafe<Words[number]> => Type.Unsafe({ enum: [...words], description, ...options });

/** An object that has no other properties. */
export const closed = <P extends TProperties>(properties: P, options: ObjectOptions = {}): TObject<P> =>
  Type.Object(properties, { additionalProperties: false, ...options });

/** A part of the settings that may be left out: every setting in it has a default. */
export const section = <P extends TProperties>(properties: P) => closed(properties, { default: {} });

/** A list that is empty by default. */
export const list = <S extends TSchema>(items: S, options: SchemaOptions = {}) =>
  Type.Array(items, { default: [], ...options });

/** Values by name. */
export const byName = <S extends TSchema>(
  value: S,
  options: SchemaOptions = {},
): TUnsafe<Record<string, Static<S>>> =>
  Type.Unsafe({ type: 'object', additionalProperties: value, ...options });

/** JSON that another schema checks. */
export const json = (options: SchemaOptions): TUnsafe<JsonObject> =>
  Type.Unsafe({ type: 'object', ...options });

type Kinds = Readonly<Record<string, TProperties>>;
type OneKind<K extends Kinds> = {
  [Kind in keyof K & string]: { kind: Kind } & Static<TObject<K[Kind]>>;
}[keyof K & string];

/** Objects that differ by `kind`. A mistake is reported only against the kind that was written. */
export const byKind = <const K extends Kinds>(
  kinds: K,
  description: string,
  options: SchemaOptions = {},
): TUnsafe<OneKind<K>> =>
  Type.Unsafe({
    type: 'object',
    ...options,
    kinds: Object.keys(kinds),
    description,
    discriminator: { propertyName: 'kind' },
    oneOf: Object.entries(kinds).map(([kind, properties]) =>
      closed({ kind: Type.Literal(kind), ...properties }),
    ),
  });
