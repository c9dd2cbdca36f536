import { type Request, type Response, Router } from 'express';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { cookieOf, SESSION_COOKIE } from '../authenticate-operator.ts';
import type { Session } from '../sign-in.ts';
import { bodyMembers, forRole, optionalText } from './route.ts';

/** Signing in and out of the console. */
export function createSessionRoutes(parts: AdminParts): Router {
  const { authenticator, signIn, audit } = parts;
  const router = Router();

  router.get(
    '/session',
    forRole(parts, 'read', ({ operator }) => ({ ...operator, showPictures: parts.admin.showPictures })),
  );

  router.post('/session', async (request, response) => {
    const members = bodyMembers(request);
    const session = await openSession(request, optionalText(members, 'code'), optionalText(members, 'token'));
    await audit.append({
      actor: session.operator.name,
      action: 'console.sign-in',
      target: 'console',
      result: 'done',
    });
    setCookie(request, response, session);
    response.status(201).json({ ...session.operator, showPictures: parts.admin.showPictures });
  });

  router.delete('/session', async (request, response) => {
    const id = cookieOf(request, SESSION_COOKIE);
    const session = id === undefined ? undefined : signIn.find(id);
    if (id !== undefined) signIn.close(id);
    if (session)
      await audit.append({
        actor: session.operator.name,
        action: 'console.sign-out',
        target: 'console',
        result: 'done',
      });
    response.clearCookie(SESSION_COOKIE, { path: '/' }).status(204).end();
  });

  async function openSession(
    request: Request,
    code: string | undefined,
    token: string | undefined,
  ): Promise<Session> {
    const redeemed = code === undefined ? undefined : signIn.redeemCode(code);
    if (redeemed) return redeemed;
    const opened = token === undefined ? undefined : await authenticator.openSession(token, request);
    if (opened) return opened;
    throw new AdminProblem(
      401,
      code === undefined ? 'The token is not good.' : 'The sign-in link was used before, or is too old.',
    );
  }
  return router;
}

function setCookie(request: Request, response: Response, { id, endsAtMs }: Session): void {
  response.cookie(SESSION_COOKIE, id, {
    httpOnly: true,
    sameSite: 'strict',
    secure: request.secure || request.get('x-forwarded-proto') === 'https',
    path: '/',
    expires: new Date(endsAtMs),
  });
}
