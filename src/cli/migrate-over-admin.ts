import type { Job } from '../admin/jobs.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { finishJob, resultOf, startJob } from './job-over-admin.ts';
import type { PrintedStep } from './print-step.ts';

/** Options of a command on a migration at a running gateway. */
interface RemoteMigrationOptions {
  readonly admin: string;
  readonly tenant?: string;
  readonly dialect: string;
}

/** Asks for one of the resources below a migration, or for the migration itself. */
export async function askOverAdmin<T>(
  what: 'status' | 'plan' | 'parity' | 'differences',
  options: RemoteMigrationOptions,
): Promise<T> {
  const client = createAdminClient(options.admin);
  const path = await pathOf(client, options);
  return client.ask<T>('GET', what === 'status' ? path : `${path}/${what}`);
}

/** The options of a step. */
interface StepOrder {
  /** How long to wait for the step, in seconds. */
  readonly timeoutSeconds: number;
  readonly percent?: number;
  /** The people to take in, and the name of their list. */
  readonly subjects?: readonly string[];
  readonly cohort?: string;
  readonly override?: string;
  readonly reason?: string;
  readonly forgetSilent?: boolean;
}

/** Takes a step, or waits for one, and returns its result. */
export async function stepOverAdmin(
  step: 'advance' | 'back' | 'cancel' | 'resume' | 'abandon',
  order: StepOrder,
  options: RemoteMigrationOptions,
): Promise<PrintedStep> {
  const client = createAdminClient(options.admin);
  const path = `${await pathOf(client, options)}/${step}`;
  return resultOf(await finishJob(client, await client.ask<Job>('POST', path, { ...order })));
}

/**
 * Runs a preflight, a backfill or a verification on the gateway until it ends or an interrupt cancels it.
 * Returns its result.
 */
export async function jobOverAdmin(
  order: Readonly<Record<string, unknown>> & { readonly kind: 'preflight' | 'backfill' | 'verify' },
  { admin, tenant, dialect }: RemoteMigrationOptions,
): Promise<object> {
  return resultOf(await startJob(createAdminClient(admin), { ...order, tenant, dialect }));
}

async function pathOf(client: AdminClient, { tenant, dialect }: RemoteMigrationOptions): Promise<string> {
  const { items } = await client.ask<{ items: { tenant: string; dialect: string }[] }>('GET', '/migrations');
  const [found, ...others] = items.filter(
    (one) => one.dialect === dialect && (tenant === undefined || one.tenant === tenant),
  );
  if (!found) throw new Error(`the gateway has no backend behind ${dialect}`);
  if (others.length > 0)
    throw new Error('several tenants have a backend behind this dialect: name one with --tenant');
  return `/migrations/${encodeURIComponent(found.tenant)}/${encodeURIComponent(found.dialect)}`;
}
