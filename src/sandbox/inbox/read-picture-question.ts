import { PICTURE_FORMATS } from '../../domain/index.ts';
import { createSchemaCompiler } from '../../gateway/validation/schema-compiler.ts';
import { hintAt } from '../../settings/nearest-name.ts';
import type { PictureQuestion } from './picture-question.ts';

const text = { type: 'string', minLength: 1 } as const;
const count = { type: 'integer', minimum: 0 } as const;
const yesOrNo = { type: 'boolean' } as const;

const properties = {
  dialect: text,
  operationId: text,
  subject: text,
  client: text,
  part: text,
  fileName: text,
  format: { enum: Object.keys(PICTURE_FORMATS) },
  announcedTruly: yesOrNo,
  width: count,
  height: count,
  minSide: count,
  maxSide: count,
  maxBytes: count,
  frames: count,
  sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  upright: yesOrNo,
  withoutLocation: yesOrNo,
  withoutMetadata: yesOrNo,
  accepted: yesOrNo,
  waitMs: { type: 'integer', minimum: 0, maximum: 600_000 },
  /** Base64. */
  looksLike: { type: 'string', pattern: '^[A-Za-z0-9+/]+={0,2}$' },
} as const satisfies Record<keyof PictureQuestion, object>;

const validate = createSchemaCompiler().compile({ type: 'object', additionalProperties: false, properties });

/** A question as JSON, with the picture in base64. */
type QuestionData = Omit<PictureQuestion, 'looksLike'> & { readonly looksLike?: string };

/**
 * Reads data from outside as a question. A text names the property that is wrong, because the answer to a
 * question with a typing error would mean nothing.
 */
export function readPictureQuestion(value: unknown): PictureQuestion | string {
  if (!isQuestionData(value)) {
    const [fault] = validate.errors ?? [];
    if (fault?.keyword === 'additionalProperties') {
      const unknown = String(fault.params.additionalProperty);
      return `/${unknown}: there is no such property; ${hintAt(unknown, Object.keys(properties))}`;
    }
    const allowed: unknown = fault?.params.allowedValues;
    if (Array.isArray(allowed)) return `${fault?.instancePath}: must be one of ${allowed.join(', ')}`;
    return `${fault?.instancePath ?? ''} ${fault?.message ?? 'no question'}`;
  }
  const { looksLike, ...question } = value;
  return looksLike === undefined ? question : { ...question, looksLike: Buffer.from(looksLike, 'base64') };
}

function isQuestionData(value: unknown): value is QuestionData {
  return validate(value);
}
