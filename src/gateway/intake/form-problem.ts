import type { IntakePolicy, Problem } from '../../domain/index.ts';

const LIMIT_CODE = /^LIMIT_(PART|FIELD)_/;

/** multer's limits by their codes; everything else is a form that cannot be read. */
export function formProblem(code: string | undefined, policy: IntakePolicy): Problem {
  if (code === 'LIMIT_FILE_SIZE') return { kind: 'file-too-large', limitBytes: policy.maxBytes };
  if (code === 'LIMIT_FILE_COUNT') return { kind: 'too-many-files', limit: policy.maxFiles };
  const overLimit = code !== undefined && LIMIT_CODE.test(code);
  return { kind: 'body-malformed', reason: overLimit ? 'limits' : 'syntax' };
}
