import { Router } from 'express';
import PQueue from 'p-queue';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { bodyMembers, forRole } from './route.ts';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Explains how a request is handled, step by step. Changes nothing. */
export function createExplainRoutes(parts: AdminParts): Router {
  // Each explanation starts a gateway of its own, with a picture worker.
  const queue = new PQueue({ concurrency: 1 });
  const router = Router();
  router.post(
    '/explain',
    forRole(parts, 'operate', ({ request }) => {
      const { request: text } = bodyMembers(request);
      if (typeof text !== 'string' || !BASE64.test(text))
        throw new AdminProblem(400, '"request" is a raw HTTP request, in base64.');
      return queue.add(() => parts.explain(Buffer.from(text, 'base64')));
    }),
  );
  return router;
}
