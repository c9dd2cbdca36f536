import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  isJsonObject,
  type Json,
  jsonText,
  type WireProfile,
  type WireResponse,
} from '../../../src/domain/index.ts';
import { loadDocument } from '../../../src/gateway/openapi/load-document.ts';
import { type DocumentOperation, operationsOf } from '../../../src/gateway/openapi/open-api-document.ts';

/** Holds answers against a dialect's document. */
export interface DocumentJudge {
  readonly operations: readonly DocumentOperation[];
  /** What is wrong with the answer; empty when the document describes it. */
  faults(operationId: string, answer: WireResponse): string[];
}

/** Reads one profile of `openapi/<dialect>.yaml`. */
export async function judgeBy(dialect: string, profile: WireProfile): Promise<DocumentJudge> {
  const { documentOf } = await loadDocument(join(import.meta.dirname, '../../../openapi', `${dialect}.yaml`));
  const operations = operationsOf(documentOf(profile));
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true, logger: false }));
  return {
    operations,
    faults(operationId, answer) {
      const found = operations.find((one) => one.operationId === operationId);
      if (!found) return [`${operationId} is not documented`];
      const responses: Json = JSON.parse(JSON.stringify(found.operation.responses ?? {}));
      if (!isJsonObject(responses)) return [`${operationId} has no responses`];
      const described = responses[answer.status] ?? responses.default;
      if (!isJsonObject(described)) return [`status ${answer.status} is not documented`];
      return [...headerFaults(answer, described.headers), ...bodyFaults(ajv, answer, described.content)];
    },
  };
}

/** Headers that every answer may carry without a word in the document. */
const UNDESCRIBED = new Set(['content-type']);

function headerFaults(answer: WireResponse, described: Json | undefined): string[] {
  const names = new Set(
    Object.keys(isJsonObject(described) ? described : {}).map((name) => name.toLowerCase()),
  );
  return Object.keys(answer.headers)
    .map((name) => name.toLowerCase())
    .filter((name) => !UNDESCRIBED.has(name) && !names.has(name))
    .map((name) => `header ${name} is not documented`);
}

function bodyFaults(ajv: Ajv2020, { headers, body }: WireResponse, described: Json | undefined): string[] {
  const content = isJsonObject(described) ? described : {};
  if (body.kind === 'none') return Object.keys(content).length > 0 ? ['the body is missing'] : [];
  if (body.kind === 'picture') return 'image/*' in content ? [] : ['a picture is not documented'];
  const [type = ''] = (headers['Content-Type'] ?? '').split(';');
  const media = content[type];
  if (!isJsonObject(media)) return [`${type || 'an untyped body'} is not documented`];
  if (!isJsonObject(media.schema)) return [];
  const validate = ajv.compile(media.schema);
  const value: unknown = body.kind === 'json' ? JSON.parse(jsonText(body.value)) : body.text;
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
