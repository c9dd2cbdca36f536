import type { IntakePolicy, Problem } from '../../domain/index.ts';

/** The `code` of whatever was thrown: a MulterError is made by hand and no `Error` in the strict sense. */
export function codeOf(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}

const LIMIT_CODE = /^LIMIT_(PART|FIELD)_/;

/** multer's limits by their codes; everything else is a form that cannot be read. */
export function formProblem(code: unknown, policy: IntakePolicy): Problem {
  if (code === 'LIMIT_FILE_SIZE') return { kind: 'file-too-large', limitBytes: policy.maxBytes };
  if (code === 'LIMIT_FILE_COUNT') return { kind: 'too-many-files', limit: policy.maxFiles };
  const overLimit = typeof code === 'string' && LIMIT_CODE.test(code);
  return { kind: 'body-malformed', reason: overLimit ? 'limits' : 'syntax' };
}
