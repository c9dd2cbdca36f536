import type { Request, Response } from 'express';
import { readEntityTags } from '../../domain/index.ts';
import { AdminProblem } from '../admin-problem.ts';

/** Tells the version of a resource, as a strong entity tag. */
export function sendVersion(response: Response, version: number | string): void {
  response.set('ETag', `"${version}"`);
}

/** The versions that `If-Match` names; `undefined` where any version will do. */
export function wantedVersions(request: Request): readonly string[] | undefined {
  const header = request.get('if-match');
  if (header === undefined) return undefined;
  const tags = readEntityTags(header);
  if (tags === undefined) throw new AdminProblem(400, 'If-Match is a list of entity tags, or *.');
  return tags === '*' ? undefined : tags.filter((tag) => tag.startsWith('"')).map((tag) => tag.slice(1, -1));
}

/** Refuses a change that was based on another version than the present one. */
export function requireVersion(request: Request, version: number | string | undefined): void {
  const wanted = wantedVersions(request);
  if (wanted && !wanted.includes(String(version))) throw versionChanged();
}

/** The refusal of a change that was based on an older version. */
export function versionChanged(): AdminProblem {
  return new AdminProblem(412, 'It was changed meanwhile: nothing was done. Look at it again.');
}
