import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Json, WireProfile } from '../../domain/index.ts';
import { dereference } from './dereference.ts';
import { documentOfProfile } from './document-profile.ts';
import type { OpenApiDocument } from './open-api-document.ts';

/** A dialect's document as read from disk. */
export interface LoadedDocument {
  /** The document of all profiles, as in the file. */
  readonly source: Json;
  /** The document of one profile. */
  documentOf(profile: WireProfile): OpenApiDocument;
}

/** Reads an OpenAPI 3.1 document. Throws with the file's name for an invalid document. */
export async function loadDocument(file: string): Promise<LoadedDocument> {
  const text = await readFile(file, 'utf8');
  try {
    const source: Json = parse(text);
    const known = new Map<WireProfile, OpenApiDocument>();
    const documentOf = (profile: WireProfile): OpenApiDocument => {
      const document = known.get(profile) ?? readDocument(documentOfProfile(source, profile));
      known.set(profile, document);
      return document;
    };
    documentOf('documented');
    return { source, documentOf };
  } catch (cause) {
    throw new Error(`${file}: ${messageOf(cause)}`, { cause });
  }
}

function readDocument(json: Json): OpenApiDocument {
  const document = dereference(json);
  if (!isOpenApi31(document)) throw new Error('it is no OpenAPI 3.1 document');
  return document;
}

function isOpenApi31(value: unknown): value is OpenApiDocument {
  return (
    typeof value === 'object' &&
    value !== null &&
    'openapi' in value &&
    typeof value.openapi === 'string' &&
    value.openapi.startsWith('3.1') &&
    'paths' in value
  );
}

function messageOf(cause: unknown): string {
  return Error.isError(cause) ? cause.message : String(cause);
}
