import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { createAuditLog } from '../audit/audit-log.ts';
import { createConsolePages } from '../console/console-pages.ts';
import { projectFiles } from '../settings/project-files.ts';
import { createAdminListener } from './admin-listener.ts';
import type { AdminParts } from './admin-parts.ts';
import { createAdminTokens } from './admin-tokens.ts';
import { createOperatorAuthenticator } from './authenticate-operator.ts';
import type { Figures } from './figures.ts';
import { createJobs } from './jobs.ts';
import { createKeptRequests } from './kept-requests.ts';
import { createSignIn } from './sign-in.ts';

/** The operator's side of a gateway, ready to be started. */
export interface Admin {
  /** Resolves to its address, `http://host:port`. */
  start(): Promise<string>;
  /** An address that signs one browser in, once. It is for the person who started the demo. */
  signInLink(): string;
  stop(): Promise<void>;
}

/** The parts of the gateway that the operator's side needs. */
export interface AdminPlan
  extends Pick<
    AdminParts,
    | 'admin'
    | 'current'
    | 'reload'
    | 'explain'
    | 'figures'
    | 'objects'
    | 'records'
    | 'migrations'
    | 'clock'
    | 'log'
  > {
  readonly gatewayId: string;
  readonly version: string;
  readonly ready: () => Promise<void>;
  /** The metrics registry that counts failed sign-ins. */
  readonly registry: Registry;
}

/** Builds the operator's side: listener, API and console. */
export function buildAdmin(plan: AdminPlan): Admin {
  const { admin, records, clock, log, registry, gatewayId, version, ready } = plan;
  const nowMs = () => clock.nowMs();
  const signIn = createSignIn(nowMs);
  const tokens = createAdminTokens({ records, clock });
  const kept =
    admin.keepRequestsHours > 0
      ? createKeptRequests({
          records,
          clock,
          runId: gatewayId,
          capacity: admin.recentRequests,
          hours: admin.keepRequestsHours,
          warn: (message, cause) => log.warn({ err: cause }, message),
        })
      : undefined;
  const jobs = createJobs({
    nowMs,
    onEnd(job, cause) {
      if (cause !== undefined) log.error({ err: cause, job: job.id, kind: job.kind }, 'a job failed');
    },
  });
  const listener = createAdminListener(
    {
      ...plan,
      gateway: {
        id: gatewayId,
        version,
        startedAtMs: nowMs(),
        ready,
        work: () => readWork(plan.figures),
      },
      audit: createAuditLog({ records, clock }),
      tokens,
      signIn,
      authenticator: createOperatorAuthenticator({ settings: admin.auth, tokens, signIn, registry }),
      ...(kept ? { kept } : {}),
      jobs,
    },
    createConsolePages(join(projectFiles().root, 'dist/console')),
  );
  let url = '';
  let unsubscribe = () => {};
  return {
    async start() {
      await kept?.start();
      if (kept) unsubscribe = plan.figures.subscribe((request) => kept.add(request));
      url = await listener.start();
      return url;
    },
    signInLink: () => `${url}/console/#sign-in=${signIn.issueCode({ name: 'link', role: 'admin' })}`,
    async stop() {
      await jobs.stop();
      await listener.stop();
      unsubscribe();
      await kept?.stop();
    },
  };
}

/** The work under way in all processes of this gateway. */
async function readWork(figures: Figures) {
  const registry = await figures.metrics();
  const sumOf = async (name: string): Promise<number> => {
    const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
    return values.reduce((sum, { value }) => sum + value, 0);
  };
  return {
    uploadsUnderWay: await sumOf('polyface_uploads_under_way'),
    workers: await sumOf('polyface_picture_workers'),
    workersBusy: await sumOf('polyface_picture_workers_busy'),
    picturesWaiting: await sumOf('polyface_pictures_waiting'),
  };
}
