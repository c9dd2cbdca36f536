import { readFile } from 'node:fs/promises';
import { parseYaml } from '../../prepared/parse-yaml.ts';
import { dereference } from './dereference.ts';
import type { OpenApiDocument } from './open-api-document.ts';

/** A dialect's document as read from disk. */
export interface LoadedDocument {
  /** The YAML text, for serving it with its comments. */
  readonly text: string;
  readonly document: OpenApiDocument;
}

/** Reads and dereferences an OpenAPI 3.1 document. Throws with the file's name where it is none. */
export async function loadDocument(file: string): Promise<LoadedDocument> {
  const text = await readFile(file, 'utf8');
  try {
    const document = dereference(await parseYaml(text));
    if (!isOpenApi31(document)) throw new Error('it is no OpenAPI 3.1 document');
    return { text, document };
  } catch (cause) {
    throw new Error(`${file}: ${messageOf(cause)}`, { cause });
  }
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
